//! Masking: how much of a value is shown until somebody with the right asks for the rest.

/// Surnames of two characters, which stay whole when a name is masked.
const COMPOUND_SURNAMES: &[&str] = &[
    "欧阳", "尉迟", "司马", "上官", "诸葛", "令狐", "万俟", "夏侯", "皇甫", "东方", "公孙", "慕容", "司徒", "端木",
    "独孤", "南宫", "长孙", "宇文", "轩辕", "赫连", "呼延", "闻人", "澹台", "公冶", "宗政", "濮阳", "淳于", "单于",
    "太叔", "申屠", "仲孙", "钟离", "鲜于", "闾丘", "司空", "亓官", "司寇", "颛孙", "巫马", "公西", "漆雕", "乐正",
    "壤驷", "公良", "拓跋", "谷梁", "段干", "百里", "东郭", "南门", "羊舌", "微生", "梁丘", "左丘", "东门", "西门",
];

/// A name where others may look on: the surname and a star; of a name with a middle dot the first part.
pub fn name(full: &str) -> String {
    let full = full.trim();
    if let Some((first, _)) = full.split_once('·') {
        return format!("{first}·*");
    }
    let compound = COMPOUND_SURNAMES.iter().find(|surname| full.starts_with(**surname) && full.len() > surname.len());
    let surname = compound.map_or_else(|| full.chars().take(1).collect(), |surname| (*surname).to_owned());
    format!("{surname}*")
}

/// A phone number: the first three and the last four digits; of a short one the last two.
pub fn phone(full: &str) -> String {
    let characters: Vec<char> = full.chars().filter(|c| !c.is_whitespace()).collect();
    let (head, tail) = match characters.len() {
        0 => return String::new(),
        1..=2 => (0, 0),
        3..=7 => (0, 2),
        8..=10 => (0, 4),
        _ => (3, 4),
    };
    let hidden = characters.len() - head - tail;
    let stars = std::iter::repeat_n('*', hidden);
    characters[..head].iter().copied().chain(stars).chain(characters[head + hidden..].iter().copied()).collect()
}

/// An identity number: the first character and the last two; a short one keeps its last two only.
pub fn number(full: &str) -> String {
    let characters: Vec<char> = full.chars().filter(|c| !c.is_whitespace()).collect();
    let (head, tail) = match characters.len() {
        0..=3 => (0, 0),
        4..=6 => (0, 2),
        _ => (1, 2),
    };
    let hidden = characters.len() - head - tail;
    let stars = std::iter::repeat_n('*', hidden);
    characters[..head].iter().copied().chain(stars).chain(characters[head + hidden..].iter().copied()).collect()
}

#[cfg(test)]
#[path = "mask/tests.rs"]
mod tests;
