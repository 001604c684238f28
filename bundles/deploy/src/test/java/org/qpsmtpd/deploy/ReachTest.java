package org.qpsmtpd.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.jar.Attributes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Beside the core and one bundle of the deploy folder. */
class ReachTest {
    private final Reach reach = new Reach(context());

    private static BundleContext context() {
        Bundle[] bundles = {
            bundle("org.qpsmtpd.core", "file:/lib/core.jar"),
            bundle("org.example.host", "qpsmtpd-deploy:/deploy/host.jar#1")
        };
        return (BundleContext)
                Proxy.newProxyInstance(
                        ReachTest.class.getClassLoader(),
                        new Class<?>[] {BundleContext.class},
                        (proxy, method, arguments) -> bundles);
    }

    private static Bundle bundle(String symbolicName, String location) {
        return (Bundle)
                Proxy.newProxyInstance(
                        ReachTest.class.getClassLoader(),
                        new Class<?>[] {Bundle.class},
                        (proxy, method, arguments) ->
                                method.getName().equals("getSymbolicName")
                                        ? symbolicName
                                        : location);
    }

    private static Attributes headers(String name, String value) {
        Attributes headers = new Attributes();
        headers.putValue(name, value);
        return headers;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    Fragment-Host  | org.qpsmtpd.core                         | org.qpsmtpd.core
                    Fragment-Host  | org.qpsmtpd.core;bundle-version=1        | org.qpsmtpd.core
                    Fragment-Host  | system.bundle                            | system.bundle
                    fragment-host  | system.bundle; extension:=framework      | extension
                    Fragment-Host  | x; extension := bootclasspath            | extension
                    Fragment-Host  | "org.qpsmtpd.core"                       | fragment
                    Fragment-Host  | org.example.host,org.qpsmtpd.core        | fragment
                    Import-Package | org.osgi.framework,org.osgi.framework.hooks.weaving;version=1 | weaving
                    Import-Package | org.osgi.framework.hooks.resolver;resolution:=optional | resolver
                    Import-Package | a;b;org.osgi.framework.hooks.service;version="[1,2)" | hooks.service
                    Import-Package | org.osgi.service.url;version=1           | org.osgi.service.url
                    Export-Package | org.qpsmtpd.api.hook;version=1           | org.qpsmtpd.api.hook
                    Export-Package | a,org.qpsmtpd.core.gate                  | org.qpsmtpd.core.gate
                    """)
    void refusesWhatChangesOtherBundles(String name, String value, String named) {
        assertThatThrownBy(() -> reach.check(headers(name, value)))
                .isInstanceOf(JarFault.class)
                .hasMessageContaining(named)
                .satisfies(fault -> assertThat(fault.getMessage()).startsWith("it "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    Fragment-Host         | org.example.host;bundle-version="[1,2)"
                    Fragment-Host         | org.example.missing
                    Import-Package        | org.osgi.framework;version=1,org.qpsmtpd.api.hook
                    Export-Package        | org.example.api;uses:="org.qpsmtpd.api.hook"
                    Bundle-ClassPath      | .,lib/inner.jar
                    Bundle-NativeCode     | lib/libx.so;osname=Linux
                    DynamicImport-Package | *
                    Bundle-Activator      | org.example.Activator
                    Require-Bundle        | org.example.host
                    """)
    void takesWhatConcernsTheBundleItself(String name, String value) {
        assertThatCode(() -> reach.check(headers(name, value))).doesNotThrowAnyException();
    }
}
