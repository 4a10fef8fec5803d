import { ref, watchEffect } from 'vue'

export type Density = 'compact' | 'roomy'
const stored = 'linli.density'

const density = ref<Density>(recall())

/** How tall rows are on this desk: a display choice of this browser, like the language. */
export function useDensity() {
  return { density, start }
}

function start(): void {
  watchEffect(() => {
    document.documentElement.dataset.density = density.value
    try {
      localStorage.setItem(stored, density.value)
    } catch {
      // A full or forbidden store costs the choice at the next start, nothing else.
    }
  })
}

function recall(): Density {
  try {
    return localStorage.getItem(stored) === 'roomy' ? 'roomy' : 'compact'
  } catch {
    return 'compact'
  }
}
