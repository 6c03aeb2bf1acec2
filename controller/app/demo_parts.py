"""One process of the demo: simulated hardware, central, or the point itself. `demo.py` starts and restarts these."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from controller.app.demo import CENTRAL_OFFSET, PRINTER_OFFSET, SIM_OFFSET, Plan
from controller.app.faults import Failed
from controller.app.main import until_told
from controller.app.observe import set_up_log
from controller.app.settings import load

if TYPE_CHECKING:
    from controller.central.experts import Expert


def main() -> int:
    part, path = sys.argv[1], Path(sys.argv[2])
    set_up_log(debug=False)
    plan = msgspec.json.decode(path.read_bytes(), type=Plan)
    try:
        return until_told({"sim": sim, "central": central, "point": point}[part](plan))
    except (Failed, OSError) as failed:
        print(f"luukku demo: {part}: {failed}", file=sys.stderr)
        return 1


async def sim(plan: Plan) -> None:
    """The virtual ticket printers, panels and scanners, with their control API and paper roll page."""
    from controller.app.sim_inputs import sim_inputs
    from drivers.sim.escpos_printer import serve_printers
    from drivers.sim.input_control import serve_inputs
    from drivers.sim.printer_server import PrinterConfig

    config = load(Path(plan.config))
    printers = [p for p in config.printers if p.link == "sim"]
    configs = [
        PrinterConfig(id=p.id, host=plan.host, port=plan.port + (PRINTER_OFFSET if not n else SIM_OFFSET + n))
        for n, p in enumerate(printers)
    ]
    paper = Path(plan.data) / "paper"
    inputs = sim_inputs(config, _input_folder(plan))
    async with (
        serve_inputs(inputs) as fingers,
        serve_printers(configs, plan.host, plan.port + SIM_OFFSET, paper, _frames(plan), [fingers]),
    ):
        await asyncio.Event().wait()


async def central(plan: Plan) -> None:
    from controller.central.main import serve

    tokens = {"box": plan.box_token, "central": plan.central_token}
    await serve(
        plan.host, plan.port + CENTRAL_OFFSET, Path(plan.data) / "central", frame_ancestors=_frames(plan),
        tokens=tokens, experts=_experts(plan),
    )  # fmt: skip


async def point(plan: Plan) -> None:
    """The daemon as `luukku run` would run it, with its neighbours' addresses put in."""
    from controller.app.compose import Demo, Options, run_point

    path = Path(plan.config)
    config = load(path)
    config = msgspec.structs.replace(
        config,
        listen=msgspec.structs.replace(config.listen, device=f"{plan.host}:{plan.port}", staff=""),
        central=msgspec.structs.replace(config.central, url=plan.url(CENTRAL_OFFSET)),
        point=msgspec.structs.replace(config.point, public_url=plan.url()),
    )
    sims = {
        p.id: plan.port + (PRINTER_OFFSET if not n else SIM_OFFSET + n)
        for n, p in enumerate(p for p in config.printers if p.link == "sim")
    }
    demo = Demo(
        plan.url(SIM_OFFSET) + "/", plan.url(CENTRAL_OFFSET) + "/", plan.box_token, plan.expert_token,
        sims, plan.seed,
        str(_input_folder(plan)), plan.day_speed,
    )  # fmt: skip
    await run_point(Options(config, Path(plan.data), path.parent, demo), lambda url: None)


def _experts(plan: Plan) -> list["Expert"]:
    """Whoever has the plan's token answers for every provider; `PROVIDER.TOKEN` is one provider's own expert."""
    from controller.central.experts import Expert, hashed_token

    config = load(Path(plan.config))
    providers, languages = tuple(p.id for p in config.providers), config.point.languages
    house = languages[0]
    made = [Expert(id="E0", name="Demo", pools=providers, languages=languages, token=hashed_token(plan.expert_token))]
    for n, provider in enumerate(config.providers, 1):
        own = hashed_token(f"{provider.id}.{plan.expert_token}")
        name = provider.name.get(house, provider.id)
        made.append(Expert(id=f"E{n}", name=name, pools=(provider.id,), languages=languages[:3], token=own))
    return made


def _input_folder(plan: Plan) -> Path:
    return Path(plan.data) / "inputs"


def _frames(plan: Plan) -> tuple[str, ...]:
    """The wall's origins: whoever opened it by address or by name."""
    return (plan.url(), f"http://localhost:{plan.port}")


if __name__ == "__main__":
    sys.exit(main())
