import type { AnswerDemand } from '../../specs/contract.ts'

/** What a demand says of an answer, to end the title of a check: `is answered with 403 and invalid_grant`. */
export function outcomeOf(demand: AnswerDemand): string {
  const { status, mediaType, headers, error, description, body, text, jwt } = demand
  const main = [
    ...(status ? [status.join(' or ')] : []),
    ...(error ? [error.join(' or ')] : []),
  ]
  const parts = [
    ...(main.length > 0 ? [`is answered with ${main.join(' and ')}`] : []),
    ...(mediaType ? [`is answered as ${mediaType.join(' or ')}`] : []),
    ...Object.entries(headers ?? {}).map(([name, wanted]) => (wanted.absent ? `carries no ${name} header` : `carries a ${name} header as documented`)),
    ...(description !== undefined ? ['describes the error as documented'] : []),
    ...(body ? ['has the documented body'] : []),
    ...(text !== undefined ? ['has the documented text'] : []),
    ...(jwt ? [`gives a documented ${Object.keys(jwt).join(' and ')}`] : []),
  ]
  return parts.join(', ')
}
