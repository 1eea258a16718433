package dev.holdfast.style;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;
import com.puppycrawl.tools.checkstyle.Checker;
import com.puppycrawl.tools.checkstyle.ConfigurationLoader;
import com.puppycrawl.tools.checkstyle.PropertiesExpander;
import com.puppycrawl.tools.checkstyle.api.AuditEvent;
import com.puppycrawl.tools.checkstyle.api.AuditListener;
import com.puppycrawl.tools.checkstyle.api.CheckstyleException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.xml.sax.InputSource;

/// Checks (`check ROOT`) or mends (`fix ROOT`) the format of every Java file below a folder, and checks the size
/// limits of `limits.xml`. Exit code 1 when something is left to mend; every finding is one line with file and
/// reason.
public final class Style {

    private static final int WIDEST_COMMENT = 116;

    private final Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .formatJavadoc(false)
            .build());
    private final List<String> findings = new ArrayList<>();

    public static void main(String[] arguments) throws Exception {
        var style = new Style();
        var files = style.sourcesBelow(Path.of(arguments[1]).toRealPath());
        for (var file : files) {
            style.format(file, arguments[0].equals("fix"));
        }
        style.limits(files);
        style.findings.forEach(System.err::println);
        System.out.printf("style: %d files, %d findings%n", files.size(), style.findings.size());
        System.exit(style.findings.isEmpty() ? 0 : 1);
    }

    private List<Path> sourcesBelow(Path root) throws IOException {
        try (var paths = Files.walk(root)) {
            return paths.filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> path.toString().contains("/src/"))
                    .sorted()
                    .toList();
        }
    }

    private void format(Path file, boolean fix) throws IOException {
        var source = Files.readString(file);
        if (hasCommentTooWide(file, source)) {
            return;
        }
        try {
            var wanted = formatter.formatSource(ImportOrderer.reorderImports(
                    RemoveUnusedImports.removeUnusedImports(source), JavaFormatterOptions.Style.PALANTIR));
            if (wanted.equals(source)) {
                return;
            }
            if (fix) {
                Files.writeString(file, wanted);
            } else {
                findings.add(file + ": not formatted; run: mvn -pl style verify -Dstyle.action=fix");
            }
        } catch (FormatterException e) {
            findings.add(file + ": " + e.getMessage());
        }
    }

    /// The formatter breaks a line comment that comes near its 120 columns, and not always into comments.
    private boolean hasCommentTooWide(Path file, String source) {
        var number = 0;
        for (var line : source.lines().toList()) {
            number++;
            if (line.length() > WIDEST_COMMENT && line.strip().startsWith("//")) {
                findings.add(file + ":" + number + ": comment wider than " + WIDEST_COMMENT + " columns");
                return true;
            }
        }
        return false;
    }

    private void limits(List<Path> files) throws CheckstyleException {
        var checker = new Checker();
        checker.setModuleClassLoader(Checker.class.getClassLoader());
        checker.configure(ConfigurationLoader.loadConfiguration(
                new InputSource(Style.class.getResourceAsStream("/limits.xml")),
                new PropertiesExpander(new Properties()),
                ConfigurationLoader.IgnoredModulesOptions.OMIT));
        checker.addListener(new Findings(findings));
        checker.process(
                files.stream().map(Path::toFile).map(File::getAbsoluteFile).toList());
        checker.destroy();
    }

    private record Findings(List<String> findings) implements AuditListener {

        @Override
        public void addError(AuditEvent event) {
            findings.add(event.getFileName() + ":" + event.getLine() + ": " + event.getMessage());
        }

        @Override
        public void addException(AuditEvent event, Throwable throwable) {
            findings.add(event.getFileName() + ": " + throwable);
        }

        @Override
        public void auditStarted(AuditEvent event) {}

        @Override
        public void auditFinished(AuditEvent event) {}

        @Override
        public void fileStarted(AuditEvent event) {}

        @Override
        public void fileFinished(AuditEvent event) {}
    }
}
