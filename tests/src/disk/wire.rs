//! The kernel's side: requests of the FUSE protocol 7.31, read from the line and answered one by one.

use std::fs::File;
use std::io::{Read, Write};
use std::sync::{Mutex, PoisonError};

use super::files::{Errno, Files, ROOT};

const ENOSYS: Errno = 38;
const MAX_WRITE: u32 = 128 * 1024;
/// What the kernel may remember: nobody but it changes anything here.
const VALID_S: u64 = 3600;
const DIRECTORY: u32 = 0o040_755;
const REGULAR: u32 = 0o100_600;
const BIG_WRITES: u32 = 1 << 5;
const SIZE_IS_SET: u32 = 1 << 3;

pub fn serve(line: &File, files: &Mutex<Files>) {
    let (mut reader, mut writer) = (line, line);
    let mut request = vec![0; MAX_WRITE as usize + 64 * 1024];
    // The line ends when the disk is taken away.
    while let Ok(count @ 40..) = reader.read(&mut request) {
        let request = &request[..count];
        let (opcode, unique) = (u32_at(request, 4), &request[8..16]);
        let answer = {
            let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
            answer(&mut files, opcode, u64_at(request, 16), &request[40..])
        };
        let (error, body) = match answer {
            None => continue,
            Some(Ok(body)) => (0, body),
            Some(Err(errno)) => (-errno, Vec::new()),
        };
        let mut reply = Vec::with_capacity(16 + body.len());
        reply.extend((16 + body.len() as u32).to_ne_bytes());
        reply.extend(error.to_ne_bytes());
        reply.extend(unique);
        reply.extend(body);
        // A request that was given up meanwhile takes no answer.
        drop(writer.write(&reply));
    }
}

type Answer = Result<Vec<u8>, Errno>;

/// `None` where the kernel waits for no answer.
fn answer(files: &mut Files, opcode: u32, node: u64, body: &[u8]) -> Option<Answer> {
    Some(match opcode {
        // FORGET, INTERRUPT, BATCH_FORGET.
        2 | 36 | 42 => return None,
        1 => files.find(name(body)).and_then(|ino| entry(files, ino)),
        3 => attributes(files, node),
        4 => set_attributes(files, node, body),
        10 => files.remove(name(body)).map(|()| Vec::new()),
        12 => rename(files, &body[8..]),
        45 => rename(files, &body[16..]),
        // OPEN and OPENDIR: any handle will do.
        14 | 27 => Ok(vec![0; 16]),
        15 => files.read(node, u64_at(body, 8) as usize, u32_at(body, 16) as usize).map(<[u8]>::to_vec),
        16 => write(files, node, body),
        17 => Ok(room(files)),
        // RELEASE, FLUSH, RELEASEDIR, DESTROY.
        18 | 25 | 29 | 38 => Ok(Vec::new()),
        20 => files.sync(node).map(|()| Vec::new()),
        26 => Ok(init(body)),
        28 => Ok(listing(files, u64_at(body, 8) as usize)),
        // FSYNCDIR: names are durable at once.
        30 => Ok(Vec::new()),
        // FALLOCATE: reserved is as good as written here.
        43 => files.reserve(node, u64_at(body, 8) + u64_at(body, 16)).map(|()| Vec::new()),
        35 => files.create(name(&body[16..])).and_then(|ino| {
            let mut created = entry(files, ino)?;
            created.extend([0; 16]);
            Ok(created)
        }),
        _ => Err(ENOSYS),
    })
}

fn init(body: &[u8]) -> Vec<u8> {
    let mut reply = Vec::new();
    for number in [7, 31, u32_at(body, 8), BIG_WRITES] {
        reply.extend(number.to_ne_bytes());
    }
    reply.extend([0; 4]);
    reply.extend(MAX_WRITE.to_ne_bytes());
    reply.extend(1u32.to_ne_bytes());
    reply.resize(64, 0);
    reply
}

fn set_attributes(files: &mut Files, node: u64, body: &[u8]) -> Answer {
    if u32_at(body, 0) & SIZE_IS_SET != 0 {
        files.truncate(node, u64_at(body, 16) as usize)?;
    }
    attributes(files, node)
}

fn rename(files: &mut Files, names: &[u8]) -> Answer {
    let from = name(names);
    let to = name(&names[from.len() + 1..]);
    files.rename(from, to).map(|()| Vec::new())
}

fn write(files: &mut Files, node: u64, body: &[u8]) -> Answer {
    let count = u32_at(body, 16);
    files.write(node, u64_at(body, 8) as usize, &body[40..40 + count as usize])?;
    Ok([count.to_ne_bytes(), [0; 4]].concat())
}

fn room(files: &Files) -> Vec<u8> {
    let mut reply = Vec::new();
    let (all, free) = (files.size() / 4096, files.free() / 4096);
    for number in [all, free, free, 1 << 20, 1 << 20] {
        reply.extend(number.to_ne_bytes());
    }
    for number in [4096u32, 255, 4096] {
        reply.extend(number.to_ne_bytes());
    }
    reply.resize(80, 0);
    reply
}

fn listing(files: &Files, from: usize) -> Vec<u8> {
    let mut reply = Vec::new();
    // All of it at once: the folder is small.
    for (at, (name, ino)) in files.names().into_iter().enumerate().skip(from) {
        reply.extend(ino.to_ne_bytes());
        reply.extend((at as u64 + 1).to_ne_bytes());
        reply.extend((name.len() as u32).to_ne_bytes());
        reply.extend((REGULAR >> 12).to_ne_bytes());
        reply.extend(name.as_bytes());
        reply.resize(reply.len().next_multiple_of(8), 0);
    }
    reply
}

fn entry(files: &Files, ino: u64) -> Answer {
    let mut reply = Vec::new();
    for number in [ino, 0, VALID_S, VALID_S, 0] {
        reply.extend(number.to_ne_bytes());
    }
    reply.extend(attribute(files, ino)?);
    Ok(reply)
}

fn attributes(files: &Files, ino: u64) -> Answer {
    let mut reply = [VALID_S.to_ne_bytes(), [0; 8]].concat();
    reply.extend(attribute(files, ino)?);
    Ok(reply)
}

fn attribute(files: &Files, ino: u64) -> Answer {
    let (mode, links, length) = if ino == ROOT { (DIRECTORY, 2u32, 0) } else { (REGULAR, 1, files.length(ino)?) };
    let mut reply = Vec::new();
    for number in [ino, length, length.div_ceil(512), 0, 0, 0] {
        reply.extend(number.to_ne_bytes());
    }
    for number in [0, 0, 0, mode, links, 0, 0, 0, 4096, 0] {
        reply.extend(number.to_ne_bytes());
    }
    Ok(reply)
}

fn name(body: &[u8]) -> &str {
    let end = body.iter().position(|byte| *byte == 0).unwrap_or(body.len());
    std::str::from_utf8(&body[..end]).unwrap_or_default()
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_ne_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|eight| eight.try_into().ok()).map_or(0, u64::from_ne_bytes)
}
