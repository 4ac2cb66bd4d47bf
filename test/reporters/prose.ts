/** What is left of Markdown without fenced blocks and code spans, in which nothing is markup (CommonMark 4.5 and 6.1). */
export function prose(markdown: string): string {
  const lines: string[] = []
  let fence: string | undefined
  for (const line of markdown.split('\n')) {
    const mark = /^(`{3,})(?:\w*)$/.exec(line)?.[1]
    if (fence !== undefined) {
      if (mark !== undefined && mark.length >= fence.length && line === mark) fence = undefined
    } else if (mark !== undefined) fence = mark
    else lines.push(line)
  }
  if (fence !== undefined) throw new Error('a fenced block does not end')
  return lines.map((line) => line.replace(/(?<![`\\])(`+)(?!`).*?(?<!`)\1(?!`)/g, '«code»')).join('\n')
}
