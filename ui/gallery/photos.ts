/** Invented photos for both galleries: coloured walls instead of doors. */
import type { PhotoCard, PhotoQuery, PhotoUse, SyncMark } from '../src/backend/generated'

export const cards = (use: PhotoUse, mark: SyncMark, ...ids: string[]): PhotoCard[] => ids.map((id) => ({ id, use, mark }))
let last = 20

/** A wall in the colour of its number. */
function picture(id: string): string {
  const hue = [...id].reduce((sum, letter) => sum + letter.charCodeAt(0) * 47, 0) % 360
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="900"><rect width="1200" height="900" fill="hsl(${hue} 35% 70%)"/><rect x="420" y="180" width="360" height="720" fill="hsl(${hue} 30% 45%)"/><circle cx="720" cy="560" r="22" fill="white"/></svg>`
  return `data:image/svg+xml;base64,${btoa(svg)}`
}

export const photoAnswers = {
  stage_photo: () => {
    last += 1
    return { photo: `p${last}`, url: picture(`p${last}`) }
  },
  drop_photo: () => null,
  photo_data: ({ photo }: PhotoQuery) => ({ photo, url: photo === 'missing' ? null : picture(photo) }),
}
