package org.qpsmtpd.api.hook;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The page of all hooks says what there is. */
class HookPageTest {
    private static String row(HookPoint point) {
        Method method =
                Arrays.stream(point.type().getDeclaredMethods())
                        .filter(each -> Modifier.isAbstract(each.getModifiers()))
                        .findFirst()
                        .orElseThrow();
        String arguments =
                Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", "));
        String name = point.type().getSimpleName();
        return "| `%s` | [`%s`](src/main/java/org/qpsmtpd/api/hook/%s.java) | `%s(%s)` |"
                .formatted(point.hookName(), name, name, method.getName(), arguments);
    }

    @Test
    void namesEachHookInItsOrderWithInterfaceAndArguments() throws IOException {
        List<String> lines =
                Files.readAllLines(Path.of("README.md")).stream()
                        .filter(line -> line.startsWith("| `"))
                        .toList();
        assertThat(lines)
                .zipSatisfy(
                        Arrays.stream(HookPoint.values()).map(HookPageTest::row).toList(),
                        (line, row) -> assertThat(line).startsWith(row));
    }
}
