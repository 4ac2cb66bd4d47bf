import { createServer, type Server, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'

/** What a hostile server does with a connection once a request has begun to arrive. */
type Behaviour = (socket: Socket, request: string) => void

const head = (...lines: readonly string[]): string => `${['HTTP/1.1 200 OK', ...lines].join('\r\n')}\r\n\r\n`

/** Writes as long as somebody reads. */
function pump(socket: Socket, chunk: string | Buffer): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(chunk));
  }
  socket.on('drain', more)
  more()
}

/** One byte after the other, for ever. */
function drip(socket: Socket, text: string): void {
  let at = 0
  const timer = setInterval(() => void socket.write(text[at++ % text.length]!), 10)
  socket.on('close', () => clearInterval(timer))
}

/** A bomb inside a bomb. */
const bomb = gzipSync(gzipSync(Buffer.alloc(50 * 1024 * 1024)))

/** What makes a client wait, choke or read for ever, by name. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  'a cut connection': (socket) => socket.destroy(),
  'a cut body': (socket) => socket.end(`${head('content-length: 100')}{"a":`),
  'headers byte by byte': (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nx-a: 1\r\nx-b: 2\r\n'),
  'a body byte by byte': (socket) => {
    socket.write(head('content-length: 100000'))
    drip(socket, 'x')
  },
  'an endless body': (socket) => {
    socket.write(head('content-type: text/html'))
    pump(socket, 'x'.repeat(65_536))
  },
  'a body of 100 MB': (socket) => {
    socket.write(head(`content-length: ${100 * 1024 * 1024}`))
    pump(socket, Buffer.alloc(65_536, 'x'))
  },
  'a flood of headers': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n')
    pump(socket, 'x-flood: 1\r\n'.repeat(1000))
  },
  'a flood of 1xx': (socket) => pump(socket, 'HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n'.repeat(100)),
  'a bomb': (socket) => socket.end(Buffer.concat([Buffer.from(head('content-encoding: gzip, gzip', `content-length: ${bomb.length}`)), bomb])),
  'many codings': (socket) => socket.end(`${head(`content-encoding: ${Array(500).fill('gzip').join(',')}`, 'content-length: 1')}x`),
  'chunks that are none': (socket) => socket.end(`${head('transfer-encoding: chunked')}zzz\r\nnot a chunk`),
  'HTTP/0.9': (socket) => socket.end('<h1>hello</h1>'),
  silence: () => {},
}

/** Answers every connection in one way. */
export async function startHostile(behave: Behaviour): Promise<{ readonly url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {}).once('data', (data) => behave(socket, data.toString('latin1')))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    close: () => new Promise((resolve) => {
      for (const socket of sockets) socket.destroy()
      server.close(() => resolve())
    }),
  }
}
