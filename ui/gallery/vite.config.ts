import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { alias, flags } from '../vite.config.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The same pages over invented answers, to look at every screen without a relay. Never part of the app. */
export default defineConfig({
  root: here('..'),
  plugins: [
    vue(),
    {
      name: 'invented-answers',
      enforce: 'pre',
      async resolveId(source, importer) {
        if (!source.endsWith('/transport') || importer?.includes('/gallery/')) return null
        const found = await this.resolve(source, importer, { skipSelf: true })
        return found?.id.endsWith('/src/backend/transport.ts') ? here('./transport.ts') : null
      },
    },
  ],
  define: flags,
  resolve: { alias },
  build: { outDir: here('../node_modules/.gallery'), emptyOutDir: true, target: ['chrome87', 'safari14'], assetsInlineLimit: 0 },
  server: { host: '127.0.0.1' },
})
