import type { Run } from '../core/run.ts'
import type { Verdict } from '../core/verdict.ts'

/**
 * A run as `run.json` (`docs/run.schema.json`), with a line for each verdict: a line can be found by the id of its check, and a run with thousands
 * of exchanges stays small. What a terminal or a CI system would act upon is written as JSON escapes, so that the file can be looked at with
 * `cat`; a parser reads the same values.
 */
export function renderJson({ verdicts, ...run }: Run): string {
  const facts = quiet(JSON.stringify(run, null, 2)).slice(0, -'\n}'.length)
  const lines = verdicts.map((verdict: Verdict) => `    ${quiet(JSON.stringify(verdict))}`)
  return `${facts},\n  "verdicts": [${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n  `}]\n}\n`
}

function quiet(text: string): string {
  // Nearly every verdict is printable ASCII, which is seen at once.
  if (!/[^ -~\n]|##/.test(text)) return text
  return text.replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]|#(?=#[\w.-]*\[)/gu, escaped)
}

function escaped(character: string): string {
  return [...Array(character.length).keys()].map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
}
