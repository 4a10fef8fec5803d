//! How characters are read: every reading the dictionary has, and those that surnames have besides.

use pinyin::ToPinyinMulti;
use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::LazyLock;

/// More readings than this of one character are of dictionaries, not of people.
const MOST_READINGS: usize = 5;

/// Surnames that are read otherwise than their characters elsewhere. Searched for under both readings, as whoever types
/// may not know the right one. Two characters have two syllables, joined by `_`.
const SURNAMES: &str = "曾zeng 单shan 仇qiu 解xie 区ou 查zha 朴piao 盖ge 任ren 华hua 缪miao 乐yue 翟zhai 覃qin 纪ji 燕yan \
     葛ge 宁ning 牟mu 种chong 重chong 员yun 句gou 逄pang 逢pang 阚kan 郇xun 芮rui 晁chao 昝zan 訾zi 黑he 洗xian 冼xian \
     折she 召shao 祭zhai 贠yun 尹yin 那na 车che 曲qu 卜bu 鲍bao 应ying 易yi 石shi 万wan 能nai 干gan 相xiang 秘bi \
     费bi 钭tou 呙guo 隗wei 郗xi 哈ha 么yao 六lu 谌chen 谌shen 褚chu 邸di 柏bo 薄bo 过guo 哪ne 撒sa 繁po 藏zang 佴nai \
     尉迟yu_chi 万俟mo_qi 令狐ling_hu 长孙zhang_sun 单于chan_yu 澹台tan_tai 亓官qi_guan 宰父zai_fu 谷梁gu_liang \
     拓跋tuo_ba 鲜于xian_yu 闾丘lv_qiu 呼延hu_yan 赫连he_lian 皇甫huang_fu 诸葛zhu_ge 欧阳ou_yang 夏侯xia_hou";

/// Every syllable there is, so that typed letters can be cut into what they may stand for.
const SYLLABLES: &str = "a ai an ang ao ba bai ban bang bao bei ben beng bi bian biang biao bie bin bing bo bu ca cai can cang cao \
     ce cei cen ceng cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun chuo ci \
     cong cou cu cuan cui cun cuo da dai dan dang dao de dei den deng di dia dian diao die din ding diu dong dou du duan \
     dui dun duo e ei en eng er fa fan fang fei fen feng fiao fo fou fu ga gai gan gang gao ge gei gen geng gong gou gu \
     gua guai guan guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui hun huo ji \
     jia jian jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan kang kao ke kei ken keng kong kou ku kua kuai \
     kuan kuang kui kun kuo la lai lan lang lao le lei leng li lia lian liang liao lie lin ling liu lo long lou lu luan \
     lue lun luo lv lve lyu ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou mu na nai nan nang \
     nao ne nei nen neng ni nian niang niao nie nin ning niu nong nou nu nuan nue nuo nv nve nyu o ou pa pai pan pang pao \
     pei pen peng pi pian piao pie pin ping po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun ran \
     rang rao re ren reng ri rong rou ru rua ruan rui run ruo sa sai san sang sao se sen seng sha shai shan shang shao she \
     shei shen sheng shi shou shu shua shuai shuan shuang shui shun shuo si song sou su suan sui sun suo ta tai tan tang \
     tao te tei teng ti tian tiao tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo wu xi xia xian \
     xiang xiao xie xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu yuan yue yun za zai \
     zan zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhei zhen zheng zhi zhong zhou zhu zhua zhuai zhuan zhuang \
     zhui zhun zhuo zi zong zou zu zuan zui zun zuo";

/// Every way a character may be read, in letters without tones. Empty for what is no Chinese character.
pub(super) fn of_character(character: char) -> Vec<String> {
    let mut found = Vec::new();
    for reading in character.to_pinyin_multi().into_iter().flatten() {
        for spelling in spellings(reading.plain()) {
            if found.len() < MOST_READINGS && !found.contains(&spelling) {
                found.push(spelling);
            }
        }
    }
    found
}

/// The readings of each surname in the table: a first load asks thousands of times.
static BY_SURNAME: LazyLock<HashMap<&str, Vec<Vec<&str>>>> = LazyLock::new(|| {
    let mut found: HashMap<&str, Vec<Vec<&str>>> = HashMap::new();
    for entry in SURNAMES.split_ascii_whitespace() {
        let (han, reading) = entry.split_at(entry.find(|c: char| c.is_ascii_lowercase()).unwrap_or(entry.len()));
        found.entry(han).or_default().push(reading.split('_').collect());
    }
    found
});

static SYLLABLE_SET: LazyLock<BTreeSet<&str>> = LazyLock::new(|| SYLLABLES.split_ascii_whitespace().collect());

/// What the surname at the start of a name is read as besides: one syllable for each of its characters.
pub(super) fn of_surname(name: &str) -> impl Iterator<Item = &'static Vec<&'static str>> {
    let ends = name.char_indices().map(|(at, character)| at + character.len_utf8()).take(2);
    ends.filter_map(|end| BY_SURNAME.get(name.get(..end)?)).flatten()
}

/// Whether two names may be read alike: as many characters, and each pair with a reading in common. What is written
/// differently and sounds the same is how one person comes into a register twice.
pub fn sound_alike(one: &str, other: &str) -> bool {
    let [one, other] =
        [one, other].map(|name| name.chars().filter(|c| !c.is_whitespace() && *c != '·').collect::<Vec<_>>());
    let readings = |characters: &[char], at: usize| -> BTreeSet<String> {
        let name: String = characters.iter().collect();
        let surname =
            of_surname(&name).filter_map(|syllables| syllables.get(at)).map(|syllable| (*syllable).to_owned());
        characters
            .get(at)
            .map(|character| of_character(*character))
            .unwrap_or_default()
            .into_iter()
            .chain(surname)
            .collect()
    };
    !one.is_empty()
        && one.len() == other.len()
        && (0..one.len()).all(|at| one[at] == other[at] || !readings(&one, at).is_disjoint(&readings(&other, at)))
}

/// Keyboards have no ü: 吕 is typed lv by most, lu by some, and stands as lyu in passports.
fn spellings(reading: &str) -> Vec<String> {
    if !reading.contains('ü') {
        return if is_plain(reading) { vec![reading.to_owned()] } else { Vec::new() };
    }
    let typed = ["v", "u", "yu"].map(|letter| reading.replace('ü', letter));
    typed.into_iter().filter(|one| is_syllable(one)).collect()
}

fn is_plain(reading: &str) -> bool {
    !reading.is_empty() && reading.bytes().all(|byte| byte.is_ascii_lowercase())
}

pub(super) fn is_syllable(letters: &str) -> bool {
    SYLLABLE_SET.contains(letters)
}

/// The syllables that begin with these letters.
pub(super) fn beginning_with(letters: &str) -> impl Iterator<Item = &'static str> {
    let from = (Bound::Included(letters), Bound::Unbounded);
    SYLLABLE_SET.range::<str, _>(from).copied().take_while(move |one| one.starts_with(letters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_has_every_reading_and_a_u_with_dots_is_found_as_it_is_typed() {
        let all = |character| of_character(character).join(" ");
        assert_eq!(all('曾'), "ceng zeng");
        assert_eq!(all('吕'), "lv lu lyu");
        assert_eq!(all('𬭚'), "chun dui");
        assert_eq!(all('A'), "");
        for rare in "䶮堃喆翀燚祎㛃淼垚".chars() {
            assert!(!of_character(rare).is_empty(), "{rare}");
        }
    }

    #[test]
    fn names_that_sound_alike_are_known_however_they_are_written() {
        for (one, other) in [("张伟", "章玮"), ("吕芳", "吕方"), ("曾丽", "增莉"), ("单 雄", "善雄"), ("李娜", "李娜")]
        {
            assert!(sound_alike(one, other), "{one} {other}");
        }
        for (one, other) in [("张伟", "张伟强"), ("王芳", "汪娜"), ("", "")] {
            assert!(!sound_alike(one, other), "{one} {other}");
        }
    }

    #[test]
    fn surnames_have_readings_of_their_own() {
        assert_eq!(of_surname("尉迟恭").collect::<Vec<_>>(), [&["yu", "chi"]]);
        assert_eq!(of_surname("区小红").collect::<Vec<_>>(), [&["ou"]]);
        assert_eq!(of_surname("谌龙").count(), 2);
        assert_eq!(of_surname("红区").count(), 0);
        for entry in SURNAMES.split_ascii_whitespace() {
            let at = entry.find(|c: char| c.is_ascii_lowercase()).unwrap();
            let (han, reading) = entry.split_at(at);
            assert_eq!(han.chars().count(), reading.split('_').count(), "{entry}");
            assert!(reading.split('_').all(is_syllable), "{entry}");
        }
    }
}
