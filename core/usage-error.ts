/**
 * Bad input from a person: arguments, configuration, a collection, a HAR file.
 * The message is one sentence that says what is wrong, where, and what to do; the command line prints it and exits with 2.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
