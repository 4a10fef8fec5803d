fn main() {
    linli_app::run()
}
