/** Lists what is in a distribution, from the files themselves. */
@NullMarked
package org.qpsmtpd.runtime.sbom;

import org.jspecify.annotations.NullMarked;
