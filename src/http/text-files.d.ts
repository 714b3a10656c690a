// Files imported `with { type: "text" }` are strings, embedded in the binary.
declare module "*.tsv" {
  const text: string;
  export default text;
}
declare module "*.css" {
  const text: string;
  export default text;
}
declare module "*.svg" {
  const text: string;
  export default text;
}
declare module "*/scripts/alerts.js" {
  const text: string;
  export default text;
}
declare module "*/scripts/charts.js" {
  const text: string;
  export default text;
}
declare module "*/scripts/live.js" {
  const text: string;
  export default text;
}
declare module "*/scripts/messages.js" {
  const text: string;
  export default text;
}
declare module "*/scripts/page.js" {
  const text: string;
  export default text;
}
declare module "*/scripts/search.js" {
  const text: string;
  export default text;
}
declare module "*/scripts/setup.js" {
  const text: string;
  export default text;
}
declare module "*/scripts/theme.js" {
  const text: string;
  export default text;
}
declare module "*/scripts/times.js" {
  const text: string;
  export default text;
}
declare module "*/scripts/trouble.js" {
  const text: string;
  export default text;
}
declare module "htmx.org/dist/htmx.min.js" {
  const text: string;
  export default text;
}
declare module "htmx.org/dist/ext/hx-sse.min.js" {
  const text: string;
  export default text;
}
// With `with { type: "file" }`: the path of the embedded file.
declare module "mcc-mnc-list/mcc-mnc-list.json" {
  const path: string;
  export default path;
}
