//! Search as a console asks it: in the view of somebody signed in, by everything people type.

use anyhow::{Context, Result};
use local_store::{Store, View, search};
use std::time::{Duration, Instant};

/// What people type beside names and numbers of those who are there: readings, initials, doors, buildings.
const TYPED: [&str; 24] = [
    "wangwei",
    "lina",
    "zhangmin",
    "chenjie",
    "liuyang",
    "zhaoxiuying",
    "ww",
    "ln",
    "zxy",
    "lgh",
    "wang",
    "li",
    "王",
    "李秀",
    "张伟",
    "陈",
    "3-1-501",
    "5栋2单元301",
    "12-402",
    "1-1-101",
    "和美家园",
    "linlihuayuan",
    "3号楼",
    "桂英",
];
/// Residents whose own name and phone are asked for.
const KNOWN: usize = 40;
/// Hits on one screen.
const SHOWN: usize = 20;

/// Asks everything so many times; microseconds of each question, sorted.
pub fn ask(store: &Store, view: &View, rounds: usize) -> Result<Vec<u64>> {
    let known = store.read(&View::Everything, |tx| {
        let count: i64 = tx.query_row("SELECT max(rowid) FROM resident", [], |row| row.get(0))?;
        let mut find = tx.prepare("SELECT name, phone FROM resident WHERE rowid = ?1")?;
        let at = |n| 1 + (count - 1) * n as i64 / KNOWN as i64;
        let of = |n| find.query_row([at(n)], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?)));
        Ok((0..KNOWN).map(of).collect::<Result<Vec<_>, _>>()?)
    })?;
    let mut asked: Vec<String> = TYPED.iter().map(|text| (*text).to_owned()).collect();
    for (name, phone) in known {
        asked.extend(phone.and_then(|phone| phone.get(phone.len().saturating_sub(4)..).map(str::to_owned)));
        asked.push(name);
    }
    let mut took = Vec::with_capacity(asked.len() * rounds);
    let mut slowest = (Duration::ZERO, "", "");
    for _ in 0..rounds {
        for text in &asked {
            let begun = Instant::now();
            let each = store.read(view, |tx| {
                search::people(tx, text, SHOWN)?;
                let people = begun.elapsed();
                search::doors(tx, text, SHOWN)?;
                let doors = begun.elapsed() - people;
                search::buildings(tx, text, SHOWN)?;
                Ok([(people, "people"), (doors, "doors"), (begun.elapsed() - people - doors, "buildings")])
            })?;
            for (wall, among) in each {
                slowest = slowest.max((wall, text, among));
            }
            took.push(u64::try_from(begun.elapsed().as_micros())?);
        }
    }
    // Everybody's name here is made up.
    eprintln!("slowest search: {:?} among {}, {:?}", slowest.1, slowest.2, slowest.0);
    took.sort_unstable();
    took.first().context("nothing was asked")?;
    Ok(took)
}
