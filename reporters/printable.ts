/*
 * What a target sends is shown, never obeyed. Characters that a terminal, an editor or an XML parser acts upon are written as escapes:
 * controls (ANSI sequences begin with one), text direction overrides and other invisible formatting, line separators, halves of
 * surrogate pairs and noncharacters. The zero-width joiner stays, since emoji are made with it.
 */
const acting = /(?!\u200d)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]/gu

/** CI systems obey `##[error]` and `##vso[…]` wherever they stand in a line of output, and `::error::` where it begins one. */
const command = /##(?=[\w.-]*\[)/g
const lineCommand = /^(\s*):(?=:)/

/** Text of any origin on one line: line breaks are written as `\n`. */
export function printable(text: string): string {
  // Nearly all text is plain, and looking characters up in Unicode's tables is slow.
  const shown = /^[ -~]*$/.test(text) ? text : text.replace(acting, escapeOf)
  return shown.replace(command, '#\\x23').replace(lineCommand, '$1\\x3a')
}

/** Text of any origin that keeps its line breaks; tabs become spaces. */
export function printableBlock(text: string): string {
  return text.split(/\r\n|\n|\r/).map((line) => printable(line.replaceAll('\t', '  '))).join('\n')
}

/** A shell command on one line that does the same: characters that act stand in `$'…'`, between the single quotes that `curlOf` puts around them. */
export function printableCommand(text: string): string {
  // Replacements are functions: `$'` means something in a replacement string.
  return text.replace(acting, (character) => `'$'${escapeOf(character)}''`).replace(command, () => `#'$'\\x23''`).replace(lineCommand, '$1\\x3a')
}

/** A string without the end that is too long, never cut within a character. `…` tells that something is missing. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text
  const end = /[\ud800-\udbff]$/.test(text.slice(0, length - 1)) ? length - 2 : length - 1
  return `${text.slice(0, Math.max(0, end))}…`
}

function escapeOf(character: string): string {
  const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character]
  if (short !== undefined) return short
  const code = character.codePointAt(0)!
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}
