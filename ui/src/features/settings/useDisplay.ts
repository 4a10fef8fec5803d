import { computed, readonly, ref, watchEffect } from 'vue'

export type TypeSize = 'standard' | 'large' | 'elder' | 'largest'
export type Theme = 'system' | 'light' | 'dark' | 'outdoor'
export const typeSizes: readonly TypeSize[] = ['standard', 'large', 'elder', 'largest']
export const themes: readonly Theme[] = ['system', 'light', 'dark', 'outdoor']

const size = ref<TypeSize>(recall('linli.size', typeSizes, 'standard'))
const theme = ref<Theme>(recall('linli.theme', themes, 'system'))
const systemDark = ref(false)
const shown = computed(() => (theme.value === 'system' ? (systemDark.value ? 'dark' : 'light') : theme.value))
/** What the outdoor switch goes back to when it is turned off. */
let indoors: Theme = theme.value === 'outdoor' ? 'system' : theme.value

/** Type size and colours of this device. */
export function useDisplay() {
  return { size: readonly(size), theme: readonly(theme), shown, chooseSize, chooseTheme, toggleOutdoor }
}

function chooseSize(next: TypeSize) {
  size.value = next
  remember('linli.size', next)
}

/** What a role's pages start with on a device where nobody chose. */
export function preferSize(start: TypeSize) {
  size.value = recall('linli.size', typeSizes, start)
}

function chooseTheme(next: Theme) {
  theme.value = next
  if (next !== 'outdoor') indoors = next
  remember('linli.theme', next)
}

function toggleOutdoor() {
  chooseTheme(theme.value === 'outdoor' ? indoors : 'outdoor')
}

/** Puts the choices on <html>, where the tokens read them, and keeps them there. */
export function startDisplay() {
  const dark = window.matchMedia?.('(prefers-color-scheme: dark)')
  if (dark) {
    systemDark.value = dark.matches
    dark.addEventListener?.('change', ({ matches }) => (systemDark.value = matches))
  }
  watchEffect(() => {
    document.documentElement.dataset.theme = shown.value
    document.documentElement.dataset.size = size.value
  })
}

function recall<T extends string>(key: string, known: readonly T[], otherwise: T): T {
  try {
    const kept = localStorage.getItem(key)
    return known.find((one) => one === kept) ?? otherwise
  } catch {
    return otherwise
  }
}

function remember(key: string, value: string) {
  try {
    localStorage.setItem(key, value)
  } catch {
    // A full store costs the choice at the next start, nothing else.
  }
}
