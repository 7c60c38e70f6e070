import { createSafeStorage } from './storage.ts'

export const browserStorage = createSafeStorage(() => window.localStorage)
