import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { alias, flags } from './vite.config.ts'

export default defineConfig({
  plugins: [vue()],
  define: flags,
  resolve: { alias },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    clearMocks: true,
    restoreMocks: true,
    server: { deps: { inline: ['vant', 'element-plus'] } },
  },
})
