"""The tools that draw the demo: noise, light, text, layers, landscapes, and films of shots."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from lvs.demo import film, layers, paint, terrain
from lvs.demo.layers import Layer
from lvs.demo.paint import Array, Draw, Scene, Stage
from lvs.demo.terrain import Eye, Land

SMALL = Stage(96, 54, 6.0)


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def plain(value: int) -> Scene:
    """A scene of one gray."""

    def scene(stage: Stage) -> Draw:
        return lambda _: np.full((stage.height, stage.width, 3), value, np.uint8)

    return scene


# --- noise and light ---


def test_clouds_tile_on_both_axes() -> None:
    field = paint.clouds(64, 96, rng())
    inside = np.abs(np.diff(field, axis=1)).mean()
    assert np.abs(field[:, 0] - field[:, -1]).mean() < 3 * inside
    assert np.abs(field[0] - field[-1]).mean() < 3 * np.abs(np.diff(field, axis=0)).mean()


def test_clouds_use_all_of_the_range_and_are_the_same_for_a_seed() -> None:
    field = paint.clouds(64, 96, rng())
    assert (field.min(), field.max()) == (0, 1)
    assert 0.2 < field.mean() < 0.8
    assert np.array_equal(field, paint.clouds(64, 96, rng()))
    assert not np.array_equal(field, paint.clouds(64, 96, np.random.default_rng(6)))


def test_smoother_clouds_have_larger_forms() -> None:
    rough, soft = (np.abs(np.diff(paint.clouds(64, 64, rng(), s))).mean() for s in (0.5, 2.5))
    assert soft < rough / 3


def test_a_ridge_tiles() -> None:
    line = paint.ridge(200, rng())
    assert line.shape == (200,)
    assert abs(line[0] - line[-1]) < 5 * np.abs(np.diff(line)).max()


def test_a_gradient_has_its_stops_at_their_places() -> None:
    stops = ((0.0, "000000"), (0.5, "ff0000"), (1.0, "ffffff"))
    colors = paint.gradient(np.array([[-1.0, 0.5, 2.0]]), stops)[0]
    assert np.allclose(colors[0], 0, atol=0.01)
    assert np.allclose(colors[1], (1, 0, 0), atol=0.01)
    assert np.allclose(colors[2], 1, atol=0.01)


def test_a_sky_has_its_first_color_at_the_top() -> None:
    sky = paint.sky(20, 4, ((0.0, "0000ff"), (1.0, "ff0000")))
    assert sky.shape == (20, 4, 3)
    assert np.allclose(sky[0, 0], (0, 0, 1), atol=0.01)
    assert np.allclose(sky[-1, 3], (1, 0, 0), atol=0.01)


@pytest.mark.parametrize(("share", "color"), [(0, "102030"), (0.5, "877868"), (1, "ffd0a0")])
def test_colors_mix_by_their_shares(share: float, color: str) -> None:
    assert paint.mix("102030", "ffd0a0", share) == color
    assert paint.rgb8(color) == tuple(round(float(part) * 255) for part in paint.rgb(color))


def test_light_at_an_edge_is_cut_and_beside_the_image_adds_nothing() -> None:
    white = np.ones(3, np.float32)
    canvas = np.zeros((20, 30, 3), np.float32)
    paint.add(canvas, paint.spot(5), white, (0, 0))
    assert canvas[0, 0, 0] > 0.6
    assert canvas[10:].max() == 0
    lit = canvas.copy()
    for place in ((-50, 5), (5, -50), (80, 5), (5, 70)):
        paint.add(canvas, paint.spot(5), white, place)
    assert np.array_equal(canvas, lit)


def test_a_glow_is_brightest_in_its_middle_and_fades() -> None:
    x, y = SMALL.grid()
    plane = paint.glow(x, y, (40, 20), 10)
    assert plane.shape == (SMALL.height, SMALL.width)
    assert plane[20, 40] == plane.max()
    assert plane[20, 50] == pytest.approx(np.exp(-1), abs=0.01)
    assert plane[20, 95] < 0.001


def test_a_frame_is_kept_within_its_range() -> None:
    frame = paint.finish(np.array([[[-1.0, 0.5, 7.0]]], np.float32))
    assert frame.dtype == np.uint8
    assert frame[0, 0, 0] == 0
    assert frame[0, 0, 1] in (127, 128)
    assert frame[0, 0, 2] == 255


def test_a_pulse_fades_in_and_out() -> None:
    assert [paint.pulse(t, 1, 5, 1) for t in (0, 1, 1.5, 3, 4.5, 5, 9)] == [0, 0, 0.5, 1, 0.5, 0, 0]


# --- text ---


def test_text_is_written_at_its_height_and_a_long_line_is_made_smaller() -> None:
    box = paint.text_mask((400, 200), [("PAPER", 0.1, 0.75)]).getbbox()
    assert box
    assert (box[1] + box[3]) / 2 == pytest.approx(150, abs=5)
    assert (box[0] + box[2]) / 2 == pytest.approx(200, abs=5)
    wide = paint.text_mask((400, 200), [("A VERY LONG TITLE " * 4, 0.2, 0.5)]).getbbox()
    assert wide
    assert wide[0] >= 15
    assert wide[2] <= 385


def test_a_title_has_air_between_its_letters() -> None:
    assert paint.spaced("The sea") == "T H E   S E A"


# --- layers ---


def test_a_layer_keeps_its_place_without_the_empty_rows_above() -> None:
    pixels = np.zeros((40, 30, 4), np.float32)
    pixels[25:] = 1
    one = layers.layer(pixels, 0)
    assert (one.top, one.picture.height) == (25, 15)
    shown = np.asarray(layers.compose(Image.new("RGB", (30, 40)), [one], 0))
    assert shown[24].max() == 0
    assert shown[25].min() == 255


def test_near_layers_move_faster() -> None:
    def moved(speed: float) -> int:
        width = layers.spare_width(50, speed, 4)
        strip = Image.new("RGB", (width, 10))
        strip.paste((255, 255, 255), (40, 0, 41, 10))
        one = Layer(strip, Image.new("L", strip.size, 255), speed)
        places = [
            int(np.asarray(layers.compose(Image.new("RGB", (50, 10)), [one], t))[0, :, 0].argmax())
            for t in (0.0, 2.0)
        ]
        return places[0] - places[1]

    assert (moved(2), moved(10)) == (4, 20)


def test_a_layer_is_wide_enough_for_its_whole_shot() -> None:
    """Otherwise it would jump back to its beginning."""
    width = layers.spare_width(50, 7.5, 12)
    assert width - 50 > 7.5 * 12


def test_hills_are_opaque_below_their_crest_and_clear_above() -> None:
    crest = np.linspace(10, 20, 30, dtype=np.float32)
    pixels = layers.hills(40, crest, "ffffff", "000000")
    assert pixels.shape == (40, 30, 4)
    assert pixels[5, :, 3].max() == 0
    assert pixels[25, :, 3].min() == 1
    assert pixels[22, 0, 0] > pixels[39, 0, 0], "darker below"


def test_trees_only_grow_above_the_ground() -> None:
    crest = np.full(300, 50, np.float32)
    grown = layers.trees(crest, rng(), 20, 30)
    assert np.all(grown <= crest)
    assert 15 <= grown.min() < 40
    assert np.array_equal(crest, np.full(300, 50))


def test_mist_is_densest_in_its_middle_and_gone_at_its_edges() -> None:
    alpha = layers.mist(60, 80, rng(), "ffffff", 0.8)[:, :, 3]
    assert alpha[0].max() == pytest.approx(0, abs=0.001)
    assert alpha[25:35].mean() > 3 * alpha[5:10].mean()
    assert alpha.max() <= 0.8


# --- landscapes ---


def flat_land(side: int = 128) -> tuple[Array, Array]:
    """(heights, colors) of a plain: green, with a red wall across and blue ground behind it."""
    heights = np.zeros((side, side), np.float32)
    colors = np.tile(np.array([0, 1, 0], np.float32), (side, side, 1))
    heights[60:64] = 30
    colors[60:64] = (1, 0, 0)
    colors[64:] = (0, 0, 1)
    return heights, colors


def test_what_is_near_hides_what_lies_behind_it() -> None:
    lens = terrain.flat_lens(40, 60)
    low, share = terrain.view(Land(*flat_land()), Eye(10, 10, 20, 0.0), lens, far=100, near=5)
    assert low.shape == (60, 40, 3)
    sky = share > 1
    assert sky[0].all()
    ground = low[~sky]
    assert (ground[:, 0] == 1).any(), "the wall"
    assert not (ground[:, 2] == 1).any(), "the ground behind it"
    high, share = terrain.view(Land(*flat_land()), Eye(10, 10, 90, 0.0), lens, far=100, near=5)
    assert (high[share <= 1][:, 2] == 1).any()


def test_distances_grow_towards_the_horizon() -> None:
    lens = terrain.flat_lens(40, 60)
    _, share = terrain.view(Land(*flat_land()), Eye(10, 70, 20, 0.0), lens, far=60, near=5)
    column = share[:, 20]
    assert np.all(np.diff(column) <= 0), "from the sky down to the feet"
    assert column[-1] < 0.8


def test_the_camera_turns_with_its_heading() -> None:
    land, lens = Land(*flat_land()), terrain.flat_lens(40, 60)
    towards, _ = terrain.view(land, Eye(10, 30, 20, 0.0), lens, far=60, near=5)
    along, _ = terrain.view(land, Eye(10, 30, 20, np.pi / 2), lens, far=20, near=5)
    assert (towards[..., 0] == 1).any()
    assert not (along[..., 0] == 1).any()


def test_a_landscape_repeats_beyond_its_edge() -> None:
    land, lens = Land(*flat_land()), terrain.flat_lens(40, 60)
    here, _ = terrain.view(land, Eye(10, 10, 40, 0.3), lens)
    there, _ = terrain.view(land, Eye(10 + 128, 10 - 256, 40, 0.3), lens)
    assert np.array_equal(here, there)


def test_the_height_at_a_place_is_that_of_the_ground_around_it() -> None:
    land = Land(*flat_land())
    assert land.height_at(5, 30) == 0
    assert land.height_at(5, 62) == 30
    assert land.height_at(5, 62 + 128) == 30


def test_a_spherical_lens_sees_around() -> None:
    lens = terrain.spherical_lens(360, 180, 360)
    assert lens.ahead[180] == pytest.approx(1, abs=0.01)
    assert lens.ahead[0] == pytest.approx(-1, abs=0.01)
    assert lens.side[270] == pytest.approx(1, abs=0.01)
    assert lens.rows(np.array([0.0])) == pytest.approx(90)
    assert lens.rows(np.array([1e9])) == pytest.approx(180)


def test_a_wall_has_a_bright_side_and_a_shadow() -> None:
    heights, _ = flat_land()
    light = terrain.lit(heights, (0, -0.7, 0.7))
    plain = light[20, 10]
    assert light[59, 10] > plain, "the side to the sun"
    assert light[68, 10] < plain / 2, "the ground behind it"
    assert light[110, 10] == pytest.approx(plain)


# --- films ---


def brightness(frame: Array) -> float:
    return float(frame.mean())


def test_shots_follow_each_other_and_dissolve() -> None:
    draw = film.joined((plain(0), 2.0), (plain(200), 2.0))(SMALL)
    assert [brightness(draw(t)) for t in (0, 1.9, 3.5, 9)] == [0, 0, 200, 200]
    assert 60 < brightness(draw(2.5)) < 140


def test_each_shot_has_its_own_length_and_seed() -> None:
    stages: list[Stage] = []

    def scene(stage: Stage) -> Draw:
        stages.append(stage)
        return plain(0)(stage)

    film.joined((scene, 2.0), (scene, 3.0))(SMALL)
    assert [stage.seed for stage in stages] == [SMALL.seed, SMALL.seed + 1]
    assert [stage.seconds for stage in stages] == [3.0, 4.0], "a second longer, to dissolve"


def test_a_title_shows_in_its_time_only() -> None:
    draw = film.titled(plain(60), (1.0, 4.0, [("TITLE", 0.3, 0.5)]))(SMALL)
    assert np.array_equal(draw(0.5), plain(60)(SMALL)(0))
    assert np.array_equal(draw(4.5), plain(60)(SMALL)(0))
    shown = draw(2.5)
    assert shown.max() > 200
    assert shown[0, 0].max() < 60, "the scene is darker behind it"


def test_an_old_film_is_brown_unsteady_and_the_same_on_every_run() -> None:
    draw, again = (film.old_film(plain(140))(SMALL) for _ in range(2))
    frame = draw(1.0)
    red, green, blue = (frame[..., channel].mean() for channel in range(3))
    assert red > green > blue
    assert not np.array_equal(frame, draw(1.2))
    assert np.array_equal(frame, again(1.0))
    assert frame[27, 48].mean() > frame[0, 0].mean(), "darker in the corners"
