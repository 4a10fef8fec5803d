//! Names as people of four generations bear them, with the reading of every character.
//!
//! Surnames follow the country's order of frequency; one in thirty is compound or read otherwise than it looks, and one
//! given name in a hundred holds a character that many fonts and encodings lack. Search and screens must survive both.

use crate::prng::Prng;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Gender {
    Female,
    Male,
}

impl Gender {
    pub fn word(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
        }
    }
}

/// A name and how it is read: `单晓红`, `shan xiao hong`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Name {
    pub han: String,
    pub pinyin: String,
    /// Whether software would read it wrong, so that the reading must stand in the record.
    pub told: bool,
}

impl Name {
    /// The reading, where it must be told.
    pub fn reading(&self) -> Option<String> {
        self.told.then(|| self.pinyin.clone())
    }

    /// What its bearer signs in with: `wangwei`.
    pub fn sign_in(&self) -> String {
        self.pinyin.chars().filter(char::is_ascii_alphabetic).collect()
    }

    /// A name given in full: `王伟`, `wang wei`.
    pub fn of(han: &str, pinyin: &str) -> Self {
        Self { han: han.to_owned(), pinyin: pinyin.to_owned(), told: false }
    }
}

/// A surname with its reading; two syllables are joined by `_`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Surname {
    pub han: &'static str,
    pinyin: &'static str,
    told: bool,
}

/// Weights, characters with readings, and whether the reading must be told.
const SURNAMES: [(u32, (&str, bool)); 5] = [
    (31, ("王wang 李li 张zhang 刘liu 陈chen", false)),
    (30, ("杨yang 赵zhao 黄huang 周zhou 吴wu 徐xu 孙sun 朱zhu 马ma 胡hu 郭guo 何he 高gao 林lin 郑zheng", false)),
    (
        35,
        (
            "梁liang 谢xie 宋song 唐tang 许xu 邓deng 冯feng 韩han 曹cao 彭peng 肖xiao 潘pan 袁yuan 董dong 蒋jiang \
             蔡cai 余yu 杜du 叶ye 程cheng 魏wei 丁ding 沈shen 姜jiang 范fan 江jiang 傅fu 钟zhong 卢lu 汪wang 戴dai \
             崔cui 陆lu 姚yao 方fang 金jin 邱qiu 夏xia 谭tan 韦wei 贾jia 邹zou 石shi 熊xiong 孟meng 秦qin 薛xue \
             侯hou 雷lei 白bai 龙long 段duan 郝hao 孔kong 邵shao 史shi 毛mao 常chang 万wan 顾gu 武wu 康kang 贺he \
             严yan 尹yin 钱qian 施shi 牛niu 洪hong 龚gong 任ren 纵zong 祁qi 桓huan",
            false,
        ),
    ),
    (1, ("欧阳ou_yang 诸葛zhu_ge 司马si_ma 上官shang_guan 皇甫huang_fu 令狐ling_hu 慕容mu_rong", false)),
    (
        3,
        (
            "单shan 仇qiu 解xie 曾zeng 查zha 朴piao 区ou 盖ge 缪miao 乐yue 翟zhai 覃qin 尉迟yu_chi 万俟mo_qi \
             长孙zhang_sun",
            true,
        ),
    ),
];

/// The first year of birth, and for each gender what a given name of two characters begins and ends with.
struct Generation {
    from: i32,
    male: [&'static str; 2],
    female: [&'static str; 2],
}

const GENERATIONS: [Generation; 4] = [
    Generation {
        from: 0,
        male: [
            "建jian 国guo 福fu 德de 玉yu 正zheng 学xue 广guang 振zhen 文wen 金jin 长chang 兴xing 永yong 传chuan 家jia",
            "华hua 民min 贵gui 荣rong 祥xiang 义yi 生sheng 山shan 明ming 清qing 良liang 林lin 才cai 友you 田tian 礼li",
        ],
        female: [
            "秀xiu 桂gui 玉yu 淑shu 素su 翠cui 凤feng 月yue 爱ai 金jin 兰lan 春chun 瑞rui 广guang",
            "英ying 兰lan 珍zhen 芳fang 云yun 华hua 香xiang 莲lian 荣rong 芝zhi 侠xia 梅mei 琴qin 平ping",
        ],
    },
    Generation {
        from: 1955,
        male: [
            "建jian 志zhi 卫wei 永yong 红hong 新xin 海hai 国guo 学xue 立li 晓xiao 大da 继ji 宏hong 春chun 俊jun",
            "军jun 强qiang 伟wei 勇yong 明ming 平ping 涛tao 斌bin 东dong 杰jie 辉hui 峰feng 林lin 民min 利li 超chao",
        ],
        female: [
            "丽li 红hong 晓xiao 春chun 海hai 玉yu 秀xiu 雪xue 建jian 爱ai 彩cai 冬dong 小xiao 云yun",
            "霞xia 敏min 燕yan 梅mei 萍ping 玲ling 艳yan 芳fang 静jing 娟juan 侠xia 琴qin 莉li 英ying 云yun 红hong",
        ],
    },
    Generation {
        from: 1980,
        male: [
            "文wen 俊jun 志zhi 晓xiao 子zi 嘉jia 振zhen 博bo 家jia 天tian 明ming 宇yu 世shi 少shao",
            "浩hao 鹏peng 磊lei 超chao 宇yu 凯kai 杰jie 涛tao 飞fei 龙long 阳yang 坤kun 旭xu 晨chen 昊hao 洋yang",
        ],
        female: [
            "雨yu 梦meng 佳jia 思si 晓xiao 文wen 婉wan 雅ya 慧hui 静jing 海hai 亚ya 春chun 小xiao",
            "婷ting 倩qian 雪xue 颖ying 欣xin 洁jie 莹ying 璐lu 蕾lei 悦yue 晶jing 娜na 敏min 慧hui 丹dan 瑶yao",
        ],
    },
    Generation {
        from: 2005,
        male: [
            "子zi 浩hao 梓zi 宇yu 睿rui 泽ze 沐mu 奕yi 一yi 俊jun 佳jia 煜yu 锦jin 明ming",
            "轩xuan 宇yu 豪hao 辰chen 铭ming 航hang 诺nuo 然ran 博bo 阳yang 霖lin 恒heng 洋yang 涵han",
        ],
        female: [
            "梓zi 诗shi 雨yu 一yi 可ke 若ruo 思si 语yu 紫zi 欣xin 佳jia 沐mu 艺yi 依yi",
            "涵han 语yu 欣xin 诺nuo 萱xuan 汐xi 妍yan 瑶yao 琪qi 彤tong 怡yi 宁ning 悦yue 桐tong",
        ],
    },
];

/// Outside the first plane of Unicode, newer than most fonts, or both. Their reading is always told.
const RARE: &str = "𬭚chun 䶮yan 堃kun 喆zhe 翀chong 燚yi 祎yi 㛃jie 淼miao 垚yao";

pub(crate) fn surname(prng: &mut Prng) -> Surname {
    let (list, told) = prng.weighted(&SURNAMES);
    let (han, pinyin) = pick(prng, list);
    Surname { han, pinyin, told }
}

/// A full name that somebody born in that year could bear.
pub(crate) fn full(prng: &mut Prng, surname: Surname, gender: Gender, born: i32) -> Name {
    let generation = GENERATIONS.iter().rev().find(|one| born >= one.from).unwrap_or(&GENERATIONS[0]);
    let [first, last] = if gender == Gender::Male { generation.male } else { generation.female };
    let mut given = vec![pick(prng, last)];
    // Single given names were in fashion for those born from the 1960s to the 1990s.
    if !prng.chance(if (1960..2000).contains(&born) { 28 } else { 8 }) {
        let before = pick(prng, first);
        if before.0 != given[0].0 {
            given.insert(0, before);
        }
    }
    let rare = prng.chance(1);
    if rare && let Some(end) = given.last_mut() {
        *end = pick(prng, RARE);
    }
    let han = surname.han.chars().chain(given.iter().flat_map(|(han, _)| han.chars())).collect();
    let pinyin = surname.pinyin.split('_').chain(given.iter().map(|(_, pinyin)| *pinyin)).collect::<Vec<_>>().join(" ");
    Name { han, pinyin, told: rare || surname.told }
}

/// A family whose names have a middle dot: the father's given name follows the child's own.
pub(crate) fn dotted_family(prng: &mut Prng) -> [Name; 3] {
    const MEN: &str = "买买提maimaiti 吐尔逊tuerxun 艾合买提aihemaiti 阿卜杜拉abudula 吾买尔wumaier 肉孜rouzi";
    const WOMEN: &str = "阿依古丽ayiguli 帕提古丽patiguli 热依汗reyihan 古丽娜尔gulinaer";
    const GIRLS: &str = "迪丽努尔dilinuer 阿依努尔ayinuer 米热班mireban";
    let dotted = |(own, own_read): (&str, &str), (father, father_read): (&str, &str)| {
        Name::of(&format!("{own}·{father}"), &format!("{own_read} {father_read}"))
    };
    let father = pick(prng, MEN);
    // Nobody is named after himself.
    let others = std::iter::repeat_with(|| pick(prng, MEN)).take(20);
    let grandfather = others.into_iter().find(|one| *one != father).unwrap_or(("哈力克", "halike"));
    [dotted(father, grandfather), dotted(pick(prng, WOMEN), pick(prng, MEN)), dotted(pick(prng, GIRLS), father)]
}

/// One entry of a list such as `王wang 李li`: the characters and the reading.
fn pick(prng: &mut Prng, list: &'static str) -> (&'static str, &'static str) {
    let count = list.split_ascii_whitespace().count() as u32;
    let entry = list.split_ascii_whitespace().nth(prng.below(count) as usize).unwrap_or_default();
    entry.split_at(entry.find(|c: char| c.is_ascii_lowercase()).unwrap_or(entry.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_characters_and_a_reading() {
        let lists = SURNAMES.iter().map(|(_, (list, _))| *list).chain([RARE]);
        let given = GENERATIONS.iter().flat_map(|one| one.male.into_iter().chain(one.female));
        for entry in lists.chain(given).flat_map(str::split_ascii_whitespace) {
            let at = entry.find(|c: char| c.is_ascii_lowercase()).unwrap();
            let (han, pinyin) = entry.split_at(at);
            assert!(!han.is_empty() && !han.is_ascii(), "{entry}");
            assert_eq!(han.chars().count(), pinyin.split('_').count(), "{entry}");
        }
    }

    #[test]
    fn a_reading_is_told_only_where_it_would_be_wrong() {
        let mut prng = Prng::new(1, "names");
        let names: Vec<Name> = (0..20_000)
            .map(|_| {
                let surname = surname(&mut prng);
                full(&mut prng, surname, Gender::Female, 1970)
            })
            .collect();
        let told = names.iter().filter(|name| name.told).count();
        assert!((400..1_400).contains(&told), "{told} of 20,000");
        let yuchi = names.iter().find(|name| name.han.starts_with("尉迟")).unwrap();
        assert!(yuchi.reading().unwrap().starts_with("yu chi "));
        assert!(names.iter().any(|name| name.han.contains('𬭚')) && names.iter().any(|name| name.han.contains('䶮')));
        assert!(names.iter().filter(|name| name.han.starts_with("王")).all(|name| name.pinyin.starts_with("wang ")));
    }

    #[test]
    fn a_child_carries_the_fathers_given_name_behind_the_dot() {
        let [father, _, child] = dotted_family(&mut Prng::new(2, "names"));
        let given = father.han.split('·').next().unwrap();
        assert!(child.han.ends_with(&format!("·{given}")) && child.han.chars().count() <= 60);
    }
}
