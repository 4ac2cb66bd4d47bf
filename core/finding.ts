/** Where an answer differs from what a source demands. Values, not sentences: reporters make the sentences. */
export interface Finding {
  /** `status`, `header cache-control`, `body /error`, `claim /iss` … */
  readonly at: string
  readonly expected: string
  readonly actual: string
  /** What it means, where that is not plain from the values. */
  readonly message?: string
}

/** An expectation did not hold. The only thing that accuses a server. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch'
  readonly findings: readonly Finding[]
  constructor(findings: readonly Finding[]) {
    super(findings.map((finding) => `${finding.at}: expected ${finding.expected}, actual ${finding.actual}`).join('; '))
    this.findings = findings
  }
}

/** A given could not be made: nobody can say whether the requirement holds. */
export class Blocked extends Error {
  override readonly name = 'Blocked'
}
