use super::*;
use image::{ImageEncoder, Rgb, RgbImage};

/// Left half red, right half blue.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([200, 0, 0]) } else { Rgb([0, 0, 200]) })
}

/// A JPEG whose camera noted that it lay on its side, and where it was: 33°57'N 116°48'E.
fn with_exif(picture: &RgbImage) -> Vec<u8> {
    let mut exif = b"II\x2a\0\x08\0\0\0\x02\0".to_vec();
    exif.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"); // orientation 6: turn a quarter right
    exif.extend(b"\x25\x88\x04\0\x01\0\0\0\x26\0\0\0"); // the place stands from byte 38 on
    exif.extend([0; 4]);
    exif.extend(b"\x02\0\x01\0\x02\0\0\0\x02\0\0\0N\0\0\0"); // latitude is north
    exif.extend(b"\x02\0\x05\0\x03\0\0\0\x44\0\0\0");
    exif.extend([0; 4]);
    exif.extend([33u32, 1, 57, 1, 5, 1].iter().flat_map(|number| number.to_le_bytes()));
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new(&mut bytes);
    encoder.set_exif_metadata(exif).unwrap();
    picture.write_with_encoder(encoder).unwrap();
    bytes
}

fn code(file: &[u8]) -> String {
    prepare(file).err().map(|error| error.code).unwrap_or_else(|| "taken".to_owned())
}

fn read(bytes: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).unwrap().into_rgb8()
}

#[test]
fn a_photo_is_upright_small_and_without_the_place_where_it_was_taken() {
    let file = with_exif(&picture(3000, 2000));
    assert!(file.windows(4).any(|four| four == b"Exif"), "the file under test has a place in it");
    let kept = prepare(&file).unwrap();
    for bytes in [&kept.whole, &kept.thumb] {
        assert!(!bytes.windows(4).any(|four| four == b"Exif" || four == b"http"), "no EXIF and no XMP");
    }
    let (whole, thumb) = (read(&kept.whole), read(&kept.thumb));
    assert_eq!((whole.dimensions(), thumb.dimensions()), ((1067, 1600), (160, 240)));
    // Turned a quarter right, what was left is above.
    let (above, below) = (whole.get_pixel(500, 100), whole.get_pixel(500, 1500));
    assert!(above[0] > 150 && above[2] < 60 && below[2] > 150 && below[0] < 60, "{above:?} {below:?}");
}

#[test]
fn a_small_picture_keeps_its_size() {
    assert_eq!(read(&prepare(&png(&picture(80, 60))).unwrap().whole).dimensions(), (80, 60));
}

#[test]
fn f34_what_is_no_photo_is_broken_or_would_fill_the_memory_is_refused_in_words() {
    assert_eq!(code(b""), "photo_type");
    assert_eq!(code(b"MZ\x90\0 a program named photo.jpg"), "photo_type");
    assert_eq!(code(b"<svg onload=\"alert(1)\"/>"), "photo_type");
    assert_eq!(code(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), "photo_type");
    let whole = with_exif(&picture(400, 300));
    assert_eq!(code(&whole[..30]), "photo_broken");
    assert_eq!(code(&png(&picture(400, 300))[..200]), "photo_broken");
    assert_eq!(code(&bomb(60_000, 60_000)), "photo_too_large");
    assert_eq!(code(&bomb(u32::MAX >> 1, u32::MAX >> 1)), "photo_too_large");
    assert_eq!(code(&vec![0xff; MAX_FILE_BYTES + 1]), "photo_too_large");
}

fn png(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (width, height) = picture.dimensions();
    let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    encoder.write_image(picture, width, height, image::ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// A PNG of a few bytes that says it is so large.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(&picture(1, 1));
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    })
}
