package org.qpsmtpd.api.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.lang.reflect.Proxy;
import java.util.List;

class NoteKeyTest {
    @Test
    void equalsAKeyOfTheSameNameAndType() {
        assertThat(new NoteKey<>("karma", Integer.class)).isEqualTo(NoteKey.KARMA);
        assertThat(new NoteKey<>("karma", String.class)).isNotEqualTo(NoteKey.KARMA);
    }

    @Test
    void takesTypesOfTheJdkAndTheApi() {
        assertThat(new NoteKey<>("a", List.class).type()).isEqualTo(List.class);
        assertThat(new NoteKey<>("b", java.sql.Date.class).name()).isEqualTo("b");
        assertThat(new NoteKey<>("c", Naughty.class).type()).isEqualTo(Naughty.class);
    }

    @Test
    void refusesATypeThatAPluginBrought() {
        ClassLoader plugin = new ClassLoader(NoteKeyTest.class.getClassLoader()) {};
        Class<?> type =
                Proxy.newProxyInstance(plugin, new Class<?>[] {Runnable.class}, (p, m, a) -> null)
                        .getClass();

        assertThatThrownBy(() -> new NoteKey<>("mine", type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("note mine: ")
                .hasMessageEndingWith("is neither a JDK nor an API type");
    }
}
