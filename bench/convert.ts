// How the time of a conversion grows with the number of requests. Node 22.18 or later runs it as it is: `node bench/convert.ts`.
import { performance } from 'node:perf_hooks'
import { parseCollection } from '../specs/collection.ts'
import { toOpenApi } from '../specs/conversion.ts'

const sizes = [100, 1_000, 10_000]
const rounds = 5

/** Collections of `size` requests: each with a path of its own, and all on one path. */
const shapes: readonly (readonly [name: string, pathOf: (at: number) => string])[] = [
  ['own paths', (at) => `resource${at}/:id`],
  ['one path', () => 'oauth/token'],
]

function collectionText(size: number, pathOf: (at: number) => string): string {
  const item = Array.from({ length: size }, (_, at) => ({
    name: `Request ${at}`,
    request: {
      method: 'POST',
      header: [{ key: 'X-Trace', value: `trace-${at}` }],
      body: {
        mode: 'urlencoded',
        urlencoded: [{ key: 'grant_type', value: `grant_${at % 50}` }, { key: 'client_id', value: '' }, { key: `own_${at}`, value: null }, { key: 'scope', value: 'openid', disabled: true }],
      },
      url: { raw: `https://{{domain}}/${pathOf(at)}`, protocol: 'https', host: ['{{domain}}'], path: pathOf(at).split('/') },
    },
    response: [{ name: 'Saved', status: 'OK', code: 200, header: [{ key: 'Date', value: `day ${at}` }], body: JSON.stringify({ id: at, [`member${at}`]: true }) }],
  }))
  return JSON.stringify({ info: { name: 'Bench', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' }, item })
}

for (const [name, pathOf] of shapes) {
  for (const size of sizes) {
    const text = collectionText(size, pathOf)
    const times = Array.from({ length: rounds }, () => {
      const start = performance.now()
      toOpenApi(parseCollection(text, 'bench'))
      return performance.now() - start
    })
    const best = Math.min(...times)
    console.log(`${name.padEnd(10)} ${String(size).padStart(6)} requests ${best.toFixed(1).padStart(8)} ms ${(best * 1000 / size).toFixed(0).padStart(5)} µs each`)
  }
}
const memory = process.memoryUsage()
console.log(`resident ${(memory.rss / 2 ** 20).toFixed(0)} MiB`)
