package org.qpsmtpd.runtime.sbom;

import java.util.List;

/**
 * A jar of the distribution.
 *
 * @param path where it lies, from the distribution's folder, with {@code /}
 * @param coordinates what it is
 * @param sha256 hash of the file, in lower-case hexadecimal digits
 * @param inside what other artifacts were packed into it
 */
record Component(String path, Coordinates coordinates, String sha256, List<Coordinates> inside) {
    Component {
        inside = List.copyOf(inside);
    }
}
