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

#[cfg(test)]
mod tests {
    #[test]
    fn names_keep_their_surname() {
        for (full, masked) in [
            ("王芳", "王*"),
            ("单雄信", "单*"),
            ("尉迟恭", "尉迟*"),
            ("欧阳", "欧*"),
            ("万俟𬭚", "万俟*"),
            ("䶮", "䶮*"),
            ("阿依古丽·买买提", "阿依古丽·*"),
            ("𬭚兰", "𬭚*"),
            (" 李娜 ", "李*"),
        ] {
            assert_eq!(super::name(full), masked);
        }
    }

    #[test]
    fn phones_never_show_all_of_themselves() {
        for (full, masked) in [
            ("10012345678", "100****5678"),
            ("100 1234 5678", "100****5678"),
            ("0561-3021234", "056*****1234"),
            ("3021234", "*****34"),
            ("12", "**"),
            ("", ""),
            ("+8610012345678", "+86*******5678"),
            ("30212345", "****2345"),
        ] {
            assert_eq!(super::phone(full), masked);
        }
    }
}
