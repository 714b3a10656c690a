/** How long a form that is sent again, for example by a double click, gets the first one's result. */
const REPEATED_MS = 10_000;
/** Forms remembered at a time; beyond it, the oldest one is forgotten early. */
const REMEMBERED_MAX = 100;
/** What our pages put in their forms: a fresh UUID. */
const ONCE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Returns a function that runs a form's work once, however often the form is sent: the
 * same form of the same sender gets the first result. `once` is the id that the page gave
 * the form; without one, nothing is remembered. `form` is everything else that must match,
 * the sender included: a result may be a secret, which no other form may be given.
 */
export function createRepeatedForms<T>() {
  const results = new Map<string, Promise<T>>();
  return (
    once: string,
    form: readonly string[],
    work: () => Promise<T>,
  ): Promise<T> => {
    if (!ONCE.test(once)) return work();
    const key = JSON.stringify([once, ...form]);
    const known = results.get(key);
    if (known !== undefined) return known;
    const result = work();
    results.set(key, result);
    const forget = (): void => {
      if (results.get(key) === result) results.delete(key);
    };
    // A failed one can be retried immediately.
    result.catch(forget);
    setTimeout(forget, REPEATED_MS).unref();
    const [oldest] = results.keys();
    if (results.size > REMEMBERED_MAX && oldest !== undefined)
      results.delete(oldest);
    return result;
  };
}
