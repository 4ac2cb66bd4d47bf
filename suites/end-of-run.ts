/** The channel on which the engine tells its worker, a thread of the same process, that somebody wants the run to end. */
export const endOfRun = 'auth0-conformance: end of run'
