# Every command a person runs. Each is a script of the same name in scripts/, so that it can be read and run alone.
.DEFAULT_GOAL := help
.PHONY: help run test soak dev check screens bench contract-test independent-client android-check generate demo-code reset-demo

RELAY_PORT ?= 7400
CONSOLE_PORT ?= 7401
PERSON ?= wangwei
MINUTES ?= 60
export RELAY_PORT CONSOLE_PORT PERSON

help: ## 列出命令 · list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  RELAY_PORT=$(RELAY_PORT) CONSOLE_PORT=$(CONSOLE_PORT) PERSON=$(PERSON)   e.g. make run RELAY_PORT=7500"

run: ## 启动中继、控制台和平板窗口 · start relay, console and, with a display, the tablet app
	@scripts/run

test: ## 跑全部测试 · run every test (UI, crates, scenarios in real windows)
	@scripts/test

soak: ## 长时间找错：模拟、断电、杀进程 · faults for as long as you have (MINUTES=60)
	@scripts/soak $(MINUTES)

dev: ## 开发界面，保存即刷新 · the console's pages from Vite, beside a running `make run`
	@scripts/dev

check: ## 格式、静态检查、类型 · format, lints, types
	@scripts/check

screens: ## 拍下两端的每个画面，并检查无障碍 · every screen of both shells into docs/screens, checked on the way
	@scripts/screens --full

contract-test: ## 用随机调用核对中继的接口说明 · hold the relay to its OpenAPI description (installs schemathesis)
	@scripts/contract-test

independent-client: ## 另一种语言写的客户端：样例与同步全程 · the Python client: every vector, and a journey with a relay
	@scripts/independent-client

android-check: ## 为安卓平板检查类型 · type-check the app for Android, without an SDK
	@scripts/android-check

bench: ## 测同步的快慢与大小 · measure sync beside its floor and budgets
	@scripts/bench

generate: ## 由 Rust 生成 TypeScript 类型 · write ui/src/backend/generated.ts from app-core
	@scripts/generate

demo-code: ## 平板登记码（10 分钟） · a one-time link that enrols a tablet (PERSON=name)
	@scripts/demo-code

reset-demo: ## 清空演示数据 · forget the demonstration's data, keep tools and builds
	@scripts/reset-demo
