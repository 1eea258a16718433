package dev.holdfast.bench;

import java.util.List;
import java.util.Locale;
import java.util.SortedMap;

/// Draws curves over two logarithmic axes as an SVG that needs no script and no font of its own.
///
/// @param title above the picture
/// @param across what the horizontal axis counts
/// @param up what the vertical one does
record Curves(String title, String across, String up) {

    private static final int WIDTH = 760;
    private static final int HEIGHT = 440;
    private static final int LEFT = 70;
    private static final int RIGHT = 230;
    private static final int TOP = 40;
    private static final int BOTTOM = 50;

    /// Told apart by people who do not see all colours: Okabe and Ito's.
    private static final List<String> COLOURS =
            List.of("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9");

    /// @param dashed drawn so
    /// @param colour the same number, the same colour
    record Curve(String name, int colour, boolean dashed, SortedMap<Integer, Double> points) {}

    private record Scale(double from, double to, int start, int end) {

        double at(double value) {
            var share = (Math.log10(value) - Math.log10(from)) / (Math.log10(to) - Math.log10(from));
            return start + share * (end - start);
        }
    }

    String draw(List<Curve> curves) {
        var x = new Scale(
                1,
                decade(curves.stream()
                        .mapToInt(curve -> curve.points().lastKey())
                        .max()
                        .orElse(10)),
                LEFT,
                WIDTH - RIGHT);
        var values = curves.stream()
                .flatMap(curve -> curve.points().values().stream())
                .mapToDouble(Double::doubleValue);
        var extremes = values.summaryStatistics();
        var y = new Scale(
                decade(Math.max(1, extremes.getMin())) / 10.0, decade(extremes.getMax()), HEIGHT - BOTTOM, TOP);
        var svg = new StringBuilder();
        line(
                svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">",
                WIDTH,
                HEIGHT);
        line(svg, "<title>%s</title>", escaped(title));
        line(svg, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT);
        line(svg, "<text x=\"%d\" y=\"22\" font-size=\"15\">%s</text>", LEFT, escaped(title));
        axes(svg, x, y);
        for (int i = 0; i < curves.size(); i++) {
            curve(svg, curves.get(i), x, y);
            legend(svg, curves.get(i), TOP + 10 + 20 * i);
        }
        line(svg, "</svg>");
        return svg.toString();
    }

    private void axes(StringBuilder svg, Scale x, Scale y) {
        for (double value = x.from(); value <= x.to() * 1.001; value *= 10) {
            line(
                    svg,
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#ddd\"/>",
                    x.at(value),
                    TOP,
                    x.at(value),
                    HEIGHT - BOTTOM);
            line(
                    svg,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%,.0f</text>",
                    x.at(value),
                    HEIGHT - BOTTOM + 18,
                    value);
        }
        for (double value = y.from(); value <= y.to() * 1.001; value *= 10) {
            line(
                    svg,
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>",
                    LEFT,
                    y.at(value),
                    WIDTH - RIGHT,
                    y.at(value));
            line(svg, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%,.0f</text>", LEFT - 8, y.at(value) + 4, value);
        }
        line(
                svg,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 10,
                escaped(across));
        line(
                svg,
                "<text x=\"16\" y=\"%d\" text-anchor=\"middle\" transform=\"rotate(-90 16 %d)\">%s</text>",
                (TOP + HEIGHT - BOTTOM) / 2,
                (TOP + HEIGHT - BOTTOM) / 2,
                escaped(up));
    }

    private static void curve(StringBuilder svg, Curve curve, Scale x, Scale y) {
        var path = new StringBuilder();
        curve.points()
                .forEach((at, value) -> path.append(String.format(
                        Locale.ROOT,
                        "%s%.1f,%.1f",
                        path.isEmpty() ? "" : " ",
                        x.at(at),
                        y.at(Math.max(y.from(), value)))));
        line(
                svg,
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>",
                path,
                colour(curve),
                dashes(curve));
        curve.points()
                .forEach((at, value) -> line(
                        svg,
                        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>",
                        x.at(at),
                        y.at(Math.max(y.from(), value)),
                        colour(curve)));
    }

    private static void legend(StringBuilder svg, Curve curve, int y) {
        int x = WIDTH - RIGHT + 16;
        line(
                svg,
                "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"2\"%s/>",
                x,
                y,
                x + 28,
                y,
                colour(curve),
                dashes(curve));
        line(svg, "<text x=\"%d\" y=\"%d\">%s</text>", x + 36, y + 4, escaped(curve.name()));
    }

    private static String colour(Curve curve) {
        return COLOURS.get(curve.colour() % COLOURS.size());
    }

    private static String dashes(Curve curve) {
        return curve.dashed() ? " stroke-dasharray=\"6 4\"" : "";
    }

    /// The power of ten at or above it.
    private static double decade(double value) {
        return Math.pow(10, Math.max(1, Math.ceil(Math.log10(value) - 1e-9)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static void line(StringBuilder svg, String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
