package org.qpsmtpd.runtime.sbom;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/**
 * What an artifact is called in a Maven repository.
 *
 * @param group its group id
 * @param artifact its artifact id
 * @param version its version
 */
record Coordinates(String group, String artifact, String version)
        implements Comparable<Coordinates> {
    /** Reads a {@code pom.properties}. */
    static Coordinates of(Properties pom) {
        return new Coordinates(
                pom.getProperty("groupId", ""),
                pom.getProperty("artifactId", ""),
                pom.getProperty("version", ""));
    }

    /** The package URL, {@code pkg:maven/GROUP/ARTIFACT@VERSION}. */
    String purl() {
        return "pkg:maven/" + encoded(group) + "/" + encoded(artifact) + "@" + encoded(version);
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8);
    }

    @Override
    public int compareTo(Coordinates other) {
        return purl().compareTo(other.purl());
    }
}
