import type { Collection, Folder, Item, Stray } from './collection.ts'
import { readAuth, readVariables } from './collection-fields.ts'
import { MemberReader } from './collection-members.ts'
import { readRequest } from './collection-request.ts'
import { readResponses } from './collection-responses.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { isList, isObject, kindOf } from './json.ts'

/**
 * Reads a tree of folders and requests into flat lists, in the order of the collection. Walks without recursion: folders may be
 * nested deep.
 */
export function readEntries(
  entries: readonly JsonValue[],
  notes: string[],
): Pick<Collection, 'folders' | 'items' | 'strays'> {
  const folders: Folder[] = []
  const items: Item[] = []
  const strays: Stray[] = []
  const open: { entries: readonly JsonValue[]; next: number; folder: Folder | undefined }[] = [{ entries, next: 0, folder: undefined }]

  for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
    if (level.next >= level.entries.length) {
      open.pop()
      continue
    }
    const entry = level.entries[level.next++] as JsonValue
    if (!isObject(entry)) {
      const label = labelOf('Untitled', level.folder)
      strays.push({ label, reason: `${kindOf(entry)} is neither a folder nor a request`, source: entry })
      notes.push(`${label}: ${kindOf(entry)} stands where a folder or request belongs; it is kept under x-items-without-operation.`)
      continue
    }
    const content = entry['item']
    const isFolder = isList(content)
    if (isFolder) {
      const folder = readFolder(entry, level.folder, notes)
      folders.push(folder)
      open.push({ entries: content, next: 0, folder })
    }
    if (!isFolder || isObject(entry['request'])) items.push(readItem(entry, level.folder, isFolder, notes))
  }
  return { folders, items, strays }
}

function labelOf(name: string, folder: Folder | undefined): string {
  return folder === undefined ? name : `${folder.label} / ${name}`
}

function nameOf(entry: JsonObject): string {
  const name = entry['name']
  return typeof name === 'object' || name === undefined || name === '' ? 'Untitled' : String(name)
}

function readFolder(entry: JsonObject, parent: Folder | undefined, notes: string[]): Folder {
  const name = nameOf(entry)
  const label = labelOf(name, parent)
  const members = new MemberReader(entry, label, notes)
  members.word('name')
  members.list('item')
  // An entry that is a folder and a request at once is read as both; the request takes these with it.
  if (isObject(entry['request'])) {
    notes.push(`${label}: is a folder and a request at once; it became both.`)
    members.any('request')
    members.any('response')
  }
  const description = members.description()
  const variables = readVariables(members, label, notes)
  const auth = readAuth(members, label, notes)
  return {
    name,
    label,
    ...(parent === undefined ? {} : { parent }),
    ...(description === undefined ? {} : { description }),
    variables,
    ...(auth === undefined ? {} : { auth }),
    rest: members.rest(),
  }
}

function readItem(entry: JsonObject, folder: Folder | undefined, isFolder: boolean, notes: string[]): Item {
  const name = nameOf(entry)
  const label = labelOf(name, folder)
  const own = ['name', 'request', 'response']
  const source = isFolder ? Object.fromEntries(Object.entries(entry).filter(([member]) => own.includes(member))) : entry
  const members = new MemberReader(source, label, notes)
  members.word('name')
  const description = members.description()
  const variables = readVariables(members, label, notes)
  const request = readRequest(members, label, notes)
  const responses = readResponses(members, label, notes)
  return {
    name,
    label,
    ...(folder === undefined ? {} : { folder }),
    ...(description === undefined ? {} : { description }),
    variables,
    ...(request === undefined ? {} : { request }),
    responses,
    rest: members.rest(),
    source,
  }
}
