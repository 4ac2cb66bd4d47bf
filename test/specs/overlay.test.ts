import { expect, test } from 'vitest'
import { UsageError } from '../../core/usage-error.ts'
import { applyOverlay, type OverlayAction } from '../../specs/overlay.ts'

const document = {
  info: { title: 'Things', version: '1' },
  tags: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
  paths: {
    '/things': { get: { summary: 'List', 'x-variants': [{ 'x-collection-item': 'One / two' }, { 'x-collection-item': 'Three' }] } },
    '/other': { get: { summary: 'Other', parameters: [{ name: 'q' }] } },
  },
}

function applied(...actions: OverlayAction[]) {
  return applyOverlay(document, { overlay: '1.0.0', info: { title: 'Test', version: '1' }, actions })
}

test('objects merge member by member, and other values are replaced', () => {
  expect(applied({ target: '$.info', update: { version: '2', contact: { name: 'N' } } }).info).toEqual({
    title: 'Things',
    version: '2',
    contact: { name: 'N' },
  })
})

test('lists inside of an update are joined to those of the document', () => {
  expect(applied({ target: "$.paths['/other'].get", update: { parameters: [{ name: 'r' }] } }).paths['/other'].get).toEqual({
    summary: 'Other',
    parameters: [{ name: 'q' }, { name: 'r' }],
  })
})

test('an update of a list is appended to it as one entry', () => {
  expect(applied({ target: '$.tags', update: { name: 'd' } }).tags).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' }])
})

test('an action changes every node that it selects', () => {
  const { paths } = applied({ target: '$.paths.*.get', update: { deprecated: true } })
  expect(Object.values(paths).map(({ get }) => 'deprecated' in get && get.deprecated)).toEqual([true, true])
})

test('a filter picks one variant by its collection item', () => {
  const { paths } = applied({
    target: "$.paths['/things'].get['x-variants'][?@['x-collection-item']=='One / two']",
    update: { 'x-contract': { id: 'things/one' } },
  })
  expect(paths['/things'].get['x-variants']).toEqual([
    { 'x-collection-item': 'One / two', 'x-contract': { id: 'things/one' } },
    { 'x-collection-item': 'Three' },
  ])
})

test('removed entries of one list do not move each other', () => {
  expect(applied({ target: '$.tags[0,1]', remove: true }).tags).toEqual([{ name: 'c' }])
})

test('removal outweighs an update of the same action', () => {
  expect(applied({ target: "$.paths['/other']", remove: true, update: { get: {} } }).paths).toEqual({ '/things': document.paths['/things'] })
})

test('a later action sees what an earlier one did', () => {
  const actions = [{ target: '$', update: { servers: [] } }, { target: '$.servers', update: { url: '/' } }]
  expect(applied(...actions)).toHaveProperty('servers', [{ url: '/' }])
})

test('neither the document nor the overlay is touched, and the result shares nothing with them', () => {
  const before = structuredClone(document)
  const update = { contact: { names: ['N'] } }
  const result = applied({ target: '$.info', update }) as unknown as { info: typeof update }
  result.info.contact.names.push('M')
  expect(document).toEqual(before)
  expect(update).toEqual({ contact: { names: ['N'] } })
})

test.for([
  ['selects nothing', [{ target: '$.nowhere', update: {} }], /Action 1 of the overlay "Test" selects nothing by \$\.nowhere/],
  ['is no JSONPath', [{ target: '$[', update: {} }], /no JSONPath expression/],
  ['does nothing', [{ target: '$.info' }], /neither update nor remove/],
  ['updates a text', [{ target: '$.info.title', update: 'x' }], /neither a list nor an object/],
  ['removes everything', [{ target: '$', remove: true }], /whole document/],
] as const)('an action that %s is refused', ([, actions, message]) => {
  expect(() => applied(...actions)).toThrow(UsageError)
  expect(() => applied(...actions)).toThrow(message)
})

test.for([
  [{ overlay: '2.0.0', info: { title: 'T', version: '1' }, actions: [] }, /overlay: 1\.0\.0/],
  [{ overlay: '1.0.0', info: { title: 'T' }, actions: [] }, /title and version/],
  [{ overlay: '1.0.0', info: { title: 'T', version: '1' }, actions: [] }, /no actions/],
] as const)('what is no overlay is refused: %j', ([overlay, message]) => {
  expect(() => applyOverlay(document, overlay as never)).toThrow(message)
})
