/** Plugins that exist only for the tests of a whole server; each is packed into jars of its own. */
@NullMarked
package org.qpsmtpd.itest.plugin;

import org.jspecify.annotations.NullMarked;
