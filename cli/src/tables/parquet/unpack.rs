//! Decompression of a page, with a limit.

use std::io::Read;

use parquet::basic::Compression;

/// Returns the uncompressed bytes. `None` if the data is damaged; an error if there are more than `most`.
pub(super) fn unpack(compression: Compression, packed: &[u8], most: usize) -> Result<Option<Vec<u8>>, ()> {
    match compression {
        Compression::SNAPPY => {
            let Ok(length) = snap::raw::decompress_len(packed) else { return Ok(None) };
            if length > most {
                return Err(());
            }
            Ok(snap::raw::Decoder::new().decompress_vec(packed).ok())
        }
        Compression::ZSTD(_) => match zstd::Decoder::new(packed) {
            Ok(unpacked) => read(unpacked, most),
            Err(_) => Ok(None),
        },
        Compression::GZIP(_) => read(flate2::read::MultiGzDecoder::new(packed), most),
        Compression::LZ4_RAW => lz4(packed, most),
        _ => Ok(None),
    }
}

fn read(unpacked: impl Read, most: usize) -> Result<Option<Vec<u8>>, ()> {
    let mut bytes = Vec::new();
    let read = unpacked.take(most as u64 + 1).read_to_end(&mut bytes);
    if bytes.len() > most {
        return Err(());
    }
    Ok(read.is_ok().then_some(bytes))
}

/// A block of LZ4 doesn't contain its uncompressed length, so lengths are tried, up to 255 times the compressed one.
fn lz4(packed: &[u8], most: usize) -> Result<Option<Vec<u8>>, ()> {
    let longest = packed.len().saturating_mul(255).min(most);
    let mut room = packed.len().saturating_mul(4).min(longest);
    loop {
        match lz4_flex::block::decompress(packed, room) {
            Ok(bytes) => return Ok(Some(bytes)),
            Err(lz4_flex::block::DecompressError::OutputTooSmall { .. }) if room < longest => {
                room = room.saturating_mul(4).min(longest);
            }
            Err(lz4_flex::block::DecompressError::OutputTooSmall { .. }) if longest == most => return Err(()),
            Err(_) => return Ok(None),
        }
    }
}
