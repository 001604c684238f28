/** Plugins that exist only for the tests; each test packs them into a jar of its own. */
@NullMarked
package org.qpsmtpd.itest.container.example;

import org.jspecify.annotations.NullMarked;
