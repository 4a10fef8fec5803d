import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

/** Feature flags of Vue and vue-i18n, shared with the gallery and the tests. */
export const flags = {
  __VUE_OPTIONS_API__: 'true', // Element Plus and Vant still carry a few options components.
  __VUE_PROD_DEVTOOLS__: 'false',
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  __VUE_I18N_FULL_INSTALL__: 'false',
  __VUE_I18N_LEGACY_API__: 'false',
  __INTLIFY_PROD_DEVTOOLS__: 'false',
  // Messages become syntax trees, never functions made from text: the page forbids eval.
  __INTLIFY_JIT_COMPILATION__: 'true',
  __INTLIFY_DROP_MESSAGE_COMPILER__: 'false',
}

export const alias = { '@': fileURLToPath(new URL('./src', import.meta.url)) }

export default defineConfig({
  plugins: [vue()],
  define: flags,
  resolve: { alias },
  // The oldest web views on the district's tablets; newer syntax would show them a blank page.
  build: { target: ['chrome87', 'safari14'], cssTarget: ['chrome87', 'safari14'], assetsInlineLimit: 0 },
  server: {
    host: '127.0.0.1',
    // In development the console answers on its own port.
    proxy: { '/api': process.env.LINLI_CONSOLE ?? 'http://127.0.0.1:8181' },
  },
})
