// Chosen files over a reload, where the frame is allowed a database of its own; everywhere else they live with the page.
const NAME = "okno-files"
const KEPT_BYTES_MAX = 50 * 2 ** 20

function open(): Promise<IDBObjectStore> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore(NAME)
    asked.onerror = () => reject(asked.error)
    asked.onsuccess = () => resolve(asked.result.transaction(NAME, "readwrite").objectStore(NAME))
  })
}

export function keepFile(id: string, file: File): void {
  if (file.size < KEPT_BYTES_MAX) open().then((store) => store.put(file, id)).catch(() => 0)
}

export function forgetFile(id: string): void {
  open().then((store) => store.delete(id)).catch(() => 0)
}

export async function keptFiles(): Promise<Map<string, File>> {
  try {
    const store = await open()
    const read = <T>(asked: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result)
        asked.onerror = () => reject(asked.error)
      })
    const [ids, files] = await Promise.all([read(store.getAllKeys()), read(store.getAll())])
    return new Map(ids.map((id, at) => [String(id), files[at] as File]))
  } catch {
    return new Map()
  }
}
