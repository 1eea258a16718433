package dev.holdfast.bench.process;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A program of ours as a process of its own: the JDK and the classes of this one.
public final class JavaProgram {

    private static final String PACKED = "org.springframework.boot.loader.launch.PropertiesLauncher";

    /// How the launcher runs a JVM. Whoever measures a shop that was not started by it runs it the same way.
    public static final List<String> AS_LAUNCHED = asLaunched();

    private JavaProgram() {}

    /// @param main the class that is run
    /// @param options of its JVM
    /// @return the command, to which the program's own arguments are added
    public static List<String> command(String main, List<String> options) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(program(main));
        return command;
    }

    /// The heap, the launcher and the folder for temporary files of this process, for those it starts.
    public static List<String> inherited() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-Xm")
                        || option.startsWith("-Dholdfast.")
                        || option.startsWith("-Djava.io.tmpdir"))
                .toList();
    }

    /// Large pages of this kind are known to Linux alone.
    private static List<String> asLaunched() {
        var options = new ArrayList<>(
                List.of("-XX:+UseParallelGC", "-XX:+UseCompactObjectHeaders", "-XX:MetaspaceSize=192m"));
        if (System.getProperty("os.name").startsWith("Linux")) {
            options.add("-XX:+UseTransparentHugePages");
        }
        return List.copyOf(options);
    }

    /// In the packed program the classes lie in jars within the jar, which its own launcher finds; it is told to
    /// run another class than its own.
    private static List<String> program(String main) {
        var classPath = System.getProperty("java.class.path");
        return isPacked()
                ? List.of("-Dloader.main=" + main, "-cp", classPath, PACKED)
                : List.of("-cp", classPath, main);
    }

    private static boolean isPacked() {
        return ClassLoader.getSystemResource(PACKED.replace('.', '/') + ".class") != null;
    }
}
