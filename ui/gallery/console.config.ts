import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { alias, flags } from '../vite.config.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The console over a made-up server: `npm run gallery:console`, then open /gallery/console.html. Never part of the app. */
export default defineConfig({
  root: here('..'),
  plugins: [vue()],
  define: flags,
  resolve: { alias },
  build: {
    outDir: here('../node_modules/.gallery-console'),
    emptyOutDir: true,
    target: ['chrome87', 'safari14'],
    rollupOptions: { input: here('./console.html') },
  },
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1' },
})
