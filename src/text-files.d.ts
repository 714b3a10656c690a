// Files imported `with { type: "text" }` are strings, embedded in the binary.
declare module "*.tsv" {
  const text: string;
  export default text;
}
