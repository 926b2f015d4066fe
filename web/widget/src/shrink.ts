const SIDE_MAX_PX = 1600
const QUALITY = 0.85

/** A photo of at most 1600 px a side without its metadata; null when the file is better left as it is. */
export async function shrink(file: File): Promise<File | null> {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return null
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" })
    const scale = SIDE_MAX_PX / Math.max(picture.width, picture.height)
    if (scale >= 1) return picture.close() ?? null
    const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale))
    canvas.getContext("2d")!.drawImage(picture, 0, 0, canvas.width, canvas.height)
    picture.close()
    const type = file.type === "image/jpeg" ? "image/jpeg" : "image/webp"
    const made = await canvas.convertToBlob({ type, quality: QUALITY })
    const name = type === file.type ? file.name : file.name.replace(/\.\w+$/, "") + ".webp"
    return made.type === type && made.size < file.size ? new File([made], name, { type }) : null
  } catch {
    return null // a picture this browser cannot read goes as it is
  }
}
