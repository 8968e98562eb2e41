/**
 * Asks where a file is to be saved, in browsers that let a page write there (the File System Access API). Must be called from a click.
 *
 * @returns a stream into the file; undefined where the browser has no such question, and the file has to be downloaded
 * @throws  DOMException `AbortError` when the person does not want to choose
 */
export async function openTarget(name: string): Promise<WritableStream<Uint8Array> | undefined> {
  const ask: unknown = Reflect.get(globalThis, 'showSaveFilePicker')
  if (typeof ask !== 'function') return undefined
  try {
    const handle: unknown = await ask.call(globalThis, { suggestedName: name })
    return handle instanceof FileSystemFileHandle ? await handle.createWritable() : undefined
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    // A frame of another origin may not ask, some names may not be suggested, some places not be written to: it is downloaded then.
    return undefined
  }
}

/** Whether a page may write files by itself here, so that they need not be in memory first. */
export function canWriteFiles(): boolean {
  return 'showSaveFilePicker' in globalThis
}

/** The address of a received file, to be downloaded and never shown: opened as what its sender says it is, it could be a part of this page. */
export function addressOf(file: Blob): string {
  return URL.createObjectURL(file.slice(0, file.size, 'application/octet-stream'))
}
