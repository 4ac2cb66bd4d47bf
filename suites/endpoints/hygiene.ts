import type { Answer } from '../../core/client.ts'
import { finding } from '../../core/expectation.ts'
import type { Finding } from '../../core/finding.ts'
import { isObject } from '../../core/json.ts'

const tokenMembers = ['access_token', 'refresh_token', 'id_token']

/** A success gives the tokens that were asked for, and nothing of what the client proved itself with. */
export function withoutCredentials(answer: Answer, secrets: readonly string[]): Finding[] {
  return echoes(answer, secrets) ? [finding('body', 'no secret of the request', '(a secret of the request)', 'an answer repeats a secret that was sent')] : []
}

/**
 * A refusal gives nothing away: no token beside the error, and no secret of the request in it
 * (RFC 6749 5.2 names the members of an error answer; RFC 9700 4.2 and 4.3 on credentials that leak).
 */
export function withoutSecrets(answer: Answer, secrets: readonly string[]): Finding[] {
  const body = isObject(answer.json) ? answer.json : {}
  const tokens = tokenMembers.filter((member) => typeof body[member] === 'string' && body[member] !== '')
  return [
    ...tokens.map((member) => finding(`body /${member}`, '(absent)', '(present)', 'a refusal carries a token')),
    ...withoutCredentials(answer, secrets),
  ]
}

function echoes(answer: Answer, secrets: readonly string[]): boolean {
  const text = `${answer.body}\n${answer.headers.map(([, value]) => value).join('\n')}`
  return secrets.some((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)].some((form) => text.includes(form)))
}
