//! Making a photo fit to be kept: known by its content, decoded within limits, turned upright, made small, and written
//! anew, so that nothing the camera noted beside the picture (place, time, serial number) goes on (F34).

use crate::core::guard;
use crate::error::{CommandError, Result};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::io::Cursor;
use std::sync::Mutex;

/// What a camera gives at most.
pub const MAX_FILE_BYTES: usize = 24 * 1024 * 1024;
const MAX_PIXELS: u64 = 40_000_000;
const MAX_DECODED_BYTES: u64 = 256 * 1024 * 1024;
/// Enough to read a door plate across a courtyard.
const LONG_EDGE: u32 = 1600;
const THUMB_EDGE: u32 = 240;
const QUALITY: u8 = 80;
const THUMB_QUALITY: u8 = 70;

/// A photo as it is kept.
pub struct Prepared {
    pub whole: Vec<u8>,
    pub thumb: Vec<u8>,
}

/// One photo at a time: decoded it takes up to 256 MB.
static TURN: Mutex<()> = Mutex::new(());

pub fn prepare(file: &[u8]) -> Result<Prepared> {
    if file.len() > MAX_FILE_BYTES {
        return Err(CommandError::new("photo_too_large"));
    }
    let _turn = guard(&TURN);
    let upright = decode(file)?;
    let whole = smaller(&upright, LONG_EDGE);
    let thumb = smaller(&whole, THUMB_EDGE);
    Ok(Prepared { whole: encode(&whole, QUALITY)?, thumb: encode(&thumb, THUMB_QUALITY)? })
}

fn decode(file: &[u8]) -> Result<DynamicImage> {
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(|_| broken())?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err(CommandError::new("photo_type"));
    }
    let mut decoder = reader.into_decoder().map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_DECODED_BYTES {
        return Err(CommandError::new("photo_too_large"));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    decoder.set_limits(limits).map_err(refusal)?;
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refusal)?;
    picture.apply_orientation(orientation);
    Ok(DynamicImage::ImageRgb8(picture.into_rgb8()))
}

fn smaller(picture: &DynamicImage, edge: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= edge {
        return picture.clone();
    }
    picture.resize(edge, edge, FilterType::Triangle)
}

fn encode(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality)).map_err(CommandError::internal)?;
    Ok(bytes)
}

fn refusal(error: image::ImageError) -> CommandError {
    match error {
        image::ImageError::Limits(_) => CommandError::new("photo_too_large"),
        image::ImageError::Unsupported(_) => CommandError::new("photo_type"),
        _ => broken(),
    }
}

fn broken() -> CommandError {
    CommandError::new("photo_broken")
}

#[cfg(test)]
mod tests;
