import type { Run } from '../core/run.ts'

/**
 * A run as `run.json` (`docs/run.schema.json`). What a terminal or a CI system would act upon is written as JSON escapes,
 * so that the file can be looked at with `cat`; a parser reads the same values.
 */
export function renderJson(run: Run): string {
  const text = JSON.stringify(run, null, 2)
  const quiet = text.replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]|#(?=#[\w.-]*\[)/gu, escaped)
  return `${quiet}\n`
}

function escaped(character: string): string {
  return [...Array(character.length).keys()].map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
}
