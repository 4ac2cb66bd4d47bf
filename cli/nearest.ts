/** The candidates that a misspelt word most likely meant, best first; empty where none is near. */
export function nearest(word: string, candidates: Iterable<string>, limit = 1): string[] {
  const wanted = word.toLowerCase()
  const furthest = Math.max(2, Math.floor(word.length / 3))
  const near = [...new Set(candidates)]
    .map((candidate) => ({ candidate, distance: distanceBetween(wanted, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= furthest || (wanted.length > 2 && candidate.toLowerCase().includes(wanted)))
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
  // Beside a good one, the rest is noise.
  return near.filter(({ distance }) => distance <= near[0]!.distance + 1).slice(0, limit).map(({ candidate }) => candidate)
}

/** `, did you mean X?`-like phrase for the middle of a sentence; empty where nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const [best] = nearest(word, candidates)
  return best === undefined ? '' : ` (did you mean ${best}?)`
}

/** Insertions, deletions, replacements and swaps of neighbours that make one word of the other. */
function distanceBetween(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1]
      let distance = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (isSame ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) distance = Math.min(distance, before[column - 2]! + 1)
      current.push(distance)
    }
    before = last
    last = current
  }
  return last[b.length]!
}
