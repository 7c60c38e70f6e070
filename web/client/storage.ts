export interface KeyValueStorage {
  getItem: (key: string) => string | null
  setItem: (key: string, value: string) => void
  removeItem: (key: string) => void
}

/** What is stored outlives the page. Where the storage is blocked or full, values live as long as the page does, and nothing throws. */
export function createSafeStorage (open: () => KeyValueStorage): KeyValueStorage {
  const memory = new Map<string, string>()

  function attempt<T> (action: (storage: KeyValueStorage) => T): T | undefined {
    try {
      return action(open())
    } catch {
      return undefined
    }
  }

  return {
    getItem: (key) => memory.get(key) ?? attempt((storage) => storage.getItem(key)) ?? null,
    setItem: (key, value) => {
      // In memory only what could not be stored: other tabs change what is stored.
      const stored = attempt((storage) => { storage.setItem(key, value); return true })
      if (stored) memory.delete(key)
      else memory.set(key, value)
    },
    removeItem: (key) => {
      memory.delete(key)
      attempt((storage) => storage.removeItem(key))
    }
  }
}
