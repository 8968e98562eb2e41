import type { FastifyInstance } from 'fastify'

/** The addresses of the files that a page names, in their order: their names change with what is in them. */
export async function filesOf(app: FastifyInstance, page = '/'): Promise<string[]> {
  const { body } = await app.inject(page)
  return Array.from(
    body.matchAll(/(?:src|href)="(\.\/[^"#]+\.[^"#]+)"/g),
    ([, address = '']) => new URL(address, `http://localhost${page}`).pathname,
  )
}

/** The one of them whose name begins so. */
export async function fileOf(app: FastifyInstance, name: string, page = '/'): Promise<string> {
  const found = (await filesOf(app, page)).find((address) => address.includes(`/${name}`))
  if (found === undefined) throw new Error(`${page} names no file ${name}`)
  return found
}
